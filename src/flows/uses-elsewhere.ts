import type { Evidence } from '../evidence/evidence.ts';
import { readName } from '../evidence/link-references.ts';
import { edgeKinds } from '../evidence/sink.ts';

const SHOWN = 5;

/**
 * A sentence where clusters were asked and nothing that they use leads to the registry: more often than not they know it by another
 * name, and everything would look unused.
 */
export function usesElsewhere(evidence: Evidence, ownHost: string): readonly string[] {
  const { resources, edges } = evidence;
  const [uses, names] = [edgeKinds.indexOf('uses'), edgeKinds.indexOf('names')];
  const used = new Set<number>();
  for (let n = 0; n < edges.length; n += 1) {
    if (edges.kinds[n] === names) return [];
    if (edges.kinds[n] === uses) used.add(edges.to[n] as number);
  }
  if (used.size === 0)
    return ['noUses: the clusters name no image at all; if nothing runs anywhere, say so with --no-clusters'];
  const hosts = new Set([...used].map((id) => hostOf(resources.key(id))));
  const shown = [...hosts].sort().slice(0, SHOWN).join(', ');
  return [
    `noUses: the clusters name ${used.size} images, and none of them is in ${ownHost} (they are of ${shown}); if one of these is another name of it, say so with --alias; if none is, with --no-clusters`,
  ];
}

function hostOf(reference: string): string {
  const read = readName(reference);
  return 'why' in read || read.host === undefined ? 'no named registry' : read.host;
}
