import * as z from 'zod';
import type { ReadOnlySwitch } from '../contract.ts';
import { readOnlyFailure } from '../failure.ts';
import { awaitRollOut, endingPods, type RollOutTiming } from '../roll-out.ts';
import type { SwitchApi } from '../switch-api.ts';

/**
 * Distribution takes the whole map as one variable. With `…_READONLY_ENABLED=true`, which is often recommended, it panics at its start
 * unless its configuration file has that map already.
 */
const VARIABLE = 'REGISTRY_STORAGE_MAINTENANCE_READONLY';
const ON = '{"enabled":true}';

export interface DeploymentPlace {
  readonly namespace: string;
  readonly name: string;
  /** Which of its containers is the registry. Absent: it has one only. */
  readonly container?: string;
}

const EnvVar = z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() });
const Remembered = z.object({ container: z.string(), before: EnvVar.nullable() });
const Deployment = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({
    replicas: z.number().default(1),
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()).default({}),
      matchExpressions: z
        .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
        .default([]),
    }),
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ name: z.string(), env: z.array(EnvVar).default([]) })) }),
    }),
  }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
    })
    .default({ observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0, conditions: [] }),
});
type Deployment = z.infer<typeof Deployment>;

/** A registry that runs as a Deployment: its environment is patched, and all of its pods are replaced. */
export function deploymentSwitch(api: SwitchApi, place: DeploymentPlace, timing: RollOutTiming): ReadOnlySwitch {
  const { namespace, name } = place;
  const path = deploymentPath(place);
  const called = `deployment ${namespace}/${name}`;
  const read = async (signal: AbortSignal) => parse(called, Deployment, await api.get(path, signal));
  const patch = (container: string, env: object, signal: AbortSignal) => {
    const spec = { template: { spec: { containers: [{ name: container, env: [env] }] } } };
    return api.patch(path, 'strategic-merge', { spec }, signal);
  };
  const settled = (signal: AbortSignal) => awaitDeployment(api, place, timing, signal);

  return {
    kind: 'kubernetes-deployment',
    name: called,
    remember: async (signal) => {
      const { name: container, env } = registryContainer(called, place, await read(signal));
      return { container, before: env.find((one) => one.name === VARIABLE) ?? null };
    },
    switchOn: async (remembered, signal) => {
      const { container } = parse(called, Remembered, remembered);
      await patch(container, { name: VARIABLE, value: ON, valueFrom: null }, signal);
      await settled(signal);
    },
    switchBack: async (remembered, signal) => {
      const { container, before } = parse(called, Remembered, remembered);
      const { value = null, valueFrom = null } = before ?? {};
      const env = before === null ? { name: VARIABLE, $patch: 'delete' } : { name: VARIABLE, value, valueFrom };
      await patch(container, env, signal);
      await settled(signal);
    },
    close: () => api.close(),
  };
}

/** Waits until all pods of a Deployment are of its last change, and none from before is still ending. @throws READ_ONLY_ROLL_OUT_FAILED */
export async function awaitDeployment(
  api: SwitchApi,
  { namespace, name }: DeploymentPlace,
  timing: RollOutTiming,
  signal: AbortSignal,
): Promise<void> {
  const called = `deployment ${namespace}/${name}`;
  const path = deploymentPath({ namespace, name });
  const look = async () => lookAt(api, namespace, parse(called, Deployment, await api.get(path, signal)), signal);
  await awaitRollOut(`waiting for the roll-out of ${called}`, timing, look, signal);
}

export function deploymentPath({ namespace, name }: DeploymentPlace): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

function registryContainer(called: string, { container }: DeploymentPlace, { spec }: Deployment) {
  const { containers } = spec.template.spec;
  const found = container === undefined ? containers : containers.filter(({ name }) => name === container);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = containers.map(({ name }) => name).join(', ');
  const why =
    container === undefined
      ? `which of its containers is the registry? ${names}`
      : `it has no container ${container}, but ${names}`;
  throw readOnlyFailure('READ_ONLY_SETTINGS_INVALID', `looking at ${called}: ${why}`);
}

async function lookAt(api: SwitchApi, namespace: string, { metadata, spec, status }: Deployment, signal: AbortSignal) {
  const { replicas } = spec;
  if (status.observedGeneration < metadata.generation) return { missing: 'its controller has not seen the change' };
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    return { missing: 'its progress deadline was exceeded', isFinal: true };
  if (status.updatedReplicas < replicas) return { missing: `${status.updatedReplicas} of ${replicas} pods are new` };
  if (status.replicas > status.updatedReplicas) return { missing: 'old pods are still there' };
  if (status.availableReplicas < replicas)
    return { missing: `${status.availableReplicas} of ${replicas} pods are available` };
  const ending = await endingPods(api, namespace, selectorOf(spec.selector), signal);
  return ending.length === 0 ? ('done' as const) : { missing: `pods are still ending: ${ending.join(', ')}` };
}

/** As it stands in a query: `app=registry,tier in (a,b)`. */
function selectorOf({ matchLabels, matchExpressions }: Deployment['spec']['selector']): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}

function parse<T>(called: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `reading ${called}: ${where} is not as it should be`);
}
