import { fieldsOf, type UseReader, type UseSink } from './image-use.ts';
import { containerLists, readPodSpec } from './pod-spec.ts';

/*
 * A ControllerRevision keeps what its owner was, in `data`. What stands there is its owner's business: a StatefulSet and a DaemonSet write
 * {spec: {template: {spec: PodSpec}}}, others (OpenKruise, LeaderWorkerSet) something alike. So it is searched.
 */

/** Reads a ControllerRevision: every pod spec in it. */
export const readControllerRevision: UseReader = (revision, say) => {
  searchPodSpecs(revision['data'], say);
  return undefined;
};

/** Tells the images of every map, at any depth, that has a list of containers. */
export function searchPodSpecs(value: unknown, say: UseSink): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) searchPodSpecs(item, say);
    return;
  }
  const fields = fieldsOf(value);
  if (fields === undefined) return;
  if (lists.some((list) => Array.isArray(fields[list]))) {
    readPodSpec(fields, say);
    return;
  }
  for (const field of Object.values(fields)) searchPodSpecs(field, say);
}

const lists = Object.keys(containerLists);
