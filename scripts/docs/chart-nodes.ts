/** A piece of JSON Schema. */
export type Node = Readonly<Record<string, unknown>>;

/** A map of exactly these keys. A slip in a key is an error, not a value that is not there. */
export function object(
  description: string,
  properties: Readonly<Record<string, Node>>,
  required: readonly string[] = [],
): Node {
  return {
    ...(description === '' ? {} : { description }),
    ...fields(properties),
    ...(required.length === 0 ? {} : { required }),
  };
}

export function fields(properties: Readonly<Record<string, Node>>): Node {
  return { type: 'object', additionalProperties: false, properties };
}

/** A map of any keys. */
export function map(description: string, of?: Node): Node {
  return { type: 'object', description, ...(of === undefined ? {} : { additionalProperties: of }) };
}

export function list(description: string, items: Node): Node {
  return { type: 'array', description, items };
}

export function text(description: string): Node {
  return { type: 'string', description };
}

export function flag(description: string): Node {
  return { type: 'boolean', description };
}

export function number(description: string, minimum = 0, maximum?: number): Node {
  return { type: 'integer', description, minimum, ...(maximum === undefined ? {} : { maximum }) };
}

export function oneOf(values: readonly string[], description: string): Node {
  return { enum: values, description };
}

export function resources(): Node {
  return object('Of the container.', {
    requests: map('What it is given.'),
    limits: map('What it may use at most.'),
    claims: list('As a container has it.', { type: 'object' }),
  });
}

/** Where and how pods run: for all, and for each flow. */
export function podFields(): Readonly<Record<string, Node>> {
  const objects = (description: string) => list(description, { type: 'object' });
  return {
    podAnnotations: map('Annotations of pods.', { type: 'string' }),
    podLabels: map('Labels of pods.', { type: 'string' }),
    priorityClassName: text('Priority class of pods.'),
    nodeSelector: map('Labels of nodes where pods may run.', { type: 'string' }),
    tolerations: objects('Taints that pods tolerate.'),
    affinity: map('As a pod has it.'),
    topologySpreadConstraints: objects('As a pod has it.'),
    podSecurityContext: map('Merged over what every pod has.'),
    securityContext: map('Merged over what every container has.'),
    resources: resources(),
    secrets: list(
      'Secrets there are already, each mounted as files in `/run/secrets/winnow/NAME`.',
      object(
        '',
        {
          name: text('Its name.'),
          items: list(
            'Only these keys.',
            object('', { key: text('The key.'), path: text('Its file.'), mode: number('Its mode.') }, ['key', 'path']),
          ),
          optional: flag('Whether it may be missing.'),
        },
        ['name'],
      ),
    ),
    extraEnv: objects('Variables, as a container has them.'),
    extraEnvFrom: objects('Where more variables come from, as a container has it.'),
    extraVolumes: objects('Volumes, as a pod has them.'),
    extraVolumeMounts: objects('Where they are mounted, as a container has it.'),
  };
}
