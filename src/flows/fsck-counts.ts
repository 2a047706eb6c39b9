import type { Evidence } from '../evidence/evidence.ts';
import { edgeKinds } from '../evidence/sink.ts';
import type { FsckCounts } from '../report/fsck/findings.ts';

/** What there is. */
export function sightCounts({ resources, exists, edges }: Evidence): FsckCounts {
  const counts = { repositories: 0, tags: 0, manifests: 0, blobs: 0 };
  for (let id = 0; id < resources.size; id += 1) {
    if (!exists(id)) continue;
    const kind = resources.kind(id);
    if (kind === 'repository') counts.repositories += 1;
    else if (kind === 'tag') counts.tags += 1;
    else if (kind === 'manifest') counts.manifests += 1;
    else if (kind === 'blob') counts.blobs += 1;
  }
  return { ...counts, notUnderstood: countNotUnderstood({ resources, edges }) };
}

/** What mentions digests, and has neither parts nor children: it is of a type that nobody knows. */
function countNotUnderstood({ resources, edges }: Pick<Evidence, 'resources' | 'edges'>): number {
  const told = new Uint8Array(resources.size);
  for (let n = 0; n < edges.length; n += 1) {
    const from = edges.from[n] as number;
    told[from] = Math.max(told[from] as number, weights[edges.kinds[n] as number] as number);
  }
  return told.reduce((sum, weight, id) => sum + (weight === 1 && resources.kind(id) !== 'tag' ? 1 : 0), 0);
}

/** By kind of edge: an opaque one alone says that it is not understood. */
const weights = edgeKinds.map((kind) => (kind === 'opaque' ? 1 : 2));
