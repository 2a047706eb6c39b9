import type { Sink } from '../sink.ts';
import type { SnapshotWorkload } from './format.ts';

/** Scope of references that name something of OpenShift's image streams. */
export const STREAMS_SCOPE = 'openshift';

/** States of a workload what the cluster stated of it. @param cluster - its name in these settings, with which scopes begin */
export function stateWorkload(sink: Sink, cluster: string, workload: SnapshotWorkload): void {
  const { kind, namespace, name, createdAtMs, holds, uses, usesOfStreams = [] } = workload;
  const scope = namespace === undefined ? cluster : `${cluster}/${namespace}`;
  const id = sink.resource('workload', scope, `${kind}/${name}`);
  sink.exists(id, createdAtMs === undefined ? {} : { createdAtMs });
  for (const by of holds) sink.holds(id, by);
  for (const reference of uses) sink.refers(id, sink.resource('image-reference', '', reference), 'uses');
  for (const reference of usesOfStreams)
    sink.refers(id, sink.resource('image-reference', STREAMS_SCOPE, reference), 'uses');
}
