import { firstClaims } from '../evidence/claims.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { edgeKinds, type Sink, type Source } from '../evidence/sink.ts';
import { isDigest } from '../oci/digest.ts';
import { survey } from './survey.ts';

const RECORD = edgeKinds.indexOf('record');

/**
 * What records hold by digest, said of a whole storage: which name its repositories have from outside is not the storage's to know. A record
 * lets go only where it says that it is inactive. What could not be read may hold anything.
 *
 * @param records - asked side by side, with whatever name of the registry stands in them
 */
export function heldDigests(records: readonly Source[], storeName: string, nowMs: () => number): Source {
  return {
    name: records.map(({ name }) => name).join(', '),
    survey: async (sink, signal) => {
      const { evidence } = await survey(records, nowMs, signal);
      const { resources, edges } = evidence;
      const held = firstClaims(evidence.holds);
      const retired = firstClaims(evidence.retires);
      for (let n = 0; n < edges.length; n += 1) {
        if (edges.kinds[n] !== RECORD) continue;
        const record = edges.from[n] as ResourceId;
        const key = resources.key(edges.to[n] as ResourceId);
        if (!isDigest(key) || (retired.has(record) && !held.has(record))) continue;
        const by = held.get(record) ?? `${formatResource(resources.at(record))} without a status`;
        sink.holds(sink.resource('manifest', storeName, key), by);
      }
      for (const gap of evidence.gaps) sink.gap({ ...gap, scope: storeName });
    },
  };
}

/** A hold on a digest of a storage is one on that manifest in each of its repositories. Run once after all sources. */
export function spreadHolds({ resources, holds, exists }: Evidence, sink: Sink, storeName: string): void {
  const held = new Map<string, string>();
  for (let n = 0; n < holds.length; n += 1) {
    const id = holds.resources[n] as ResourceId;
    if (resources.kind(id) === 'manifest' && resources.scope(id) === storeName)
      held.set(resources.key(id), holds.by(n));
  }
  if (held.size === 0) return;
  const size = resources.size;
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'manifest' || !exists(id)) continue;
    const by = held.get(resources.key(id));
    if (by !== undefined) sink.holds(id, by);
  }
}
