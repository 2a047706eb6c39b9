import { at, fieldsOf, isAbsent, type UseReader, type UseSink } from './image-use.ts';

/*
 * A PodSpec, as far as it is read:
 *
 *   initContainers, containers, ephemeralContainers   [{name, image}]
 *   volumes                                           [{name, image: {reference}}]
 *
 * See https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
 */

/** Lists of containers, and the word for one of each. */
export const containerLists = {
  initContainers: 'init container',
  containers: 'container',
  ephemeralContainers: 'ephemeral container',
} as const;

/** Tells the images that a pod spec names. */
export function readPodSpec(spec: unknown, say: UseSink): void {
  if (isAbsent(spec)) return;
  const fields = fieldsOf(spec);
  if (fields === undefined) {
    say.image({ podSpec: spec }, 'pod spec');
    return;
  }
  for (const [list, word] of Object.entries(containerLists))
    eachNamed(fields[list], word, say, ({ image }, where) => say.image(image, where));
  eachNamed(fields['volumes'], 'volume', say, ({ image }, where) => {
    if (isAbsent(image)) return;
    const source = fieldsOf(image);
    say.image(source === undefined ? { image } : source['reference'], where);
  });
}

/** A reader of the pod spec at a path: `spec.template.spec`. */
export function podSpecAt(...path: readonly string[]): UseReader {
  const last = path.at(-1) ?? '';
  const above = path.slice(0, -1);
  return (object, say) => {
    let parent: unknown = object;
    for (const name of above) {
      parent = at(parent, name);
      if (isAbsent(parent)) return undefined;
      if (fieldsOf(parent) === undefined) {
        say.image({ [name]: parent }, name);
        return undefined;
      }
    }
    readPodSpec(at(parent, last), say);
    return undefined;
  };
}

/** Goes through a list of named things; what is no such list, or no such thing, is told as it stands. */
export function eachNamed(
  list: unknown,
  word: string,
  say: UseSink,
  take: (fields: Readonly<Record<string, unknown>>, where: string) => void,
): void {
  if (isAbsent(list)) return;
  if (!Array.isArray(list)) {
    say.image({ [word]: list }, word);
    return;
  }
  for (const item of list as readonly unknown[]) {
    const fields = fieldsOf(item);
    if (fields === undefined) {
      if (!isAbsent(item)) say.image({ [word]: item }, word);
      continue;
    }
    const { name } = fields;
    take(fields, typeof name === 'string' && name !== '' ? `${word} ${name}` : word);
  }
}
