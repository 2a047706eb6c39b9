import type { ResourceId } from '../../../evidence/resource.ts';
import { keptBy } from '../../../graph/graph.ts';
import { formatDuration } from '../../../util/pure/duration.ts';
import type { View } from '../../view.ts';
import type { Candidate } from '../candidate.ts';
import { no, unknown, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether it, or an image that it lists, was pulled lately. That no pull is known counts only where pulls were watched for so long. */
export const pulledWithin: Prepare<'pulledWithin'> =
  ({ ageMs }, { view }) =>
  (candidate) => {
    const pulledAtMs = lastPullMs(view, candidate);
    const since = (atMs: number) => formatDuration(Math.max(0, view.nowMs - atMs));
    if (pulledAtMs !== undefined && view.nowMs - pulledAtMs < ageMs) return yes(`pulled ${since(pulledAtMs)} ago`);
    const watchedSinceMs = view.pullsKnownSinceMs?.(candidate.scope);
    if (watchedSinceMs === undefined) return unknown('nothing tells of pulls');
    if (view.nowMs - watchedSinceMs < ageMs) return unknown(`pulls are known for ${since(watchedSinceMs)} only`);
    return no(pulledAtMs === undefined ? `not pulled for ${formatDuration(ageMs)}` : `pulled ${since(pulledAtMs)} ago`);
  };

function lastPullMs({ evidence, graph }: View, { id, manifest }: Candidate): number | undefined {
  let last = evidence.about(id).lastUsedAtMs;
  // A set that grows while it is walked is walked to its end.
  const seen = new Set<ResourceId>(manifest === undefined ? [] : [manifest]);
  for (const one of seen) {
    const usedAtMs = evidence.about(one).lastUsedAtMs;
    if (usedAtMs !== undefined && (last === undefined || usedAtMs > last)) last = usedAtMs;
    for (const arc of keptBy(graph, one)) if (arc.as === 'child') seen.add(arc.id);
  }
  return last;
}
