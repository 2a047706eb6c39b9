import { firstClaims } from '../evidence/claims.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { type MightMean, mightMean } from '../evidence/might-mean.ts';
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

/**
 * A hold on a digest of a storage is one on that manifest in each of its repositories, on images with a config of that digest, and on the
 * indexes that list it. A hold on a name that can't be read is one on all that it might mean. Run once after all sources.
 */
export function spreadHolds(evidence: Evidence, sink: Sink, storeName: string): void {
  const { resources, holds, exists } = evidence;
  const held = new Map<string, string>();
  const names: { readonly might: MightMean; readonly by: string }[] = [];
  for (let n = 0; n < holds.length; n += 1) {
    const id = holds.resources[n] as ResourceId;
    if (resources.scope(id) !== storeName) continue;
    if (resources.kind(id) === 'manifest') held.set(resources.key(id), holds.by(n));
    else if (resources.kind(id) === 'image-reference')
      names.push({ might: mightMean(resources.key(id)), by: holds.by(n) });
  }
  if (held.size === 0 && names.length === 0) return;
  addImages(evidence, held, storeName);
  const byName = (id: ResourceId) => {
    const repository = resources.scope(id).slice(storeName.length + 1);
    return names.find(({ might }) => might.repository(repository) || might.digest(resources.key(id)))?.by;
  };
  const size = resources.size;
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'manifest' || !exists(id)) continue;
    const by = held.get(resources.key(id)) ?? byName(id);
    if (by !== undefined) sink.holds(id, by);
  }
}

const CONFIG = edgeKinds.indexOf('config');
const CHILD = edgeKinds.indexOf('child');

/** Some runtimes name an image by its config alone, or by its own digest where an index led to it. */
function addImages({ resources, edges }: Evidence, held: Map<string, string>, storeName: string): void {
  const targets = new Map<ResourceId, string>();
  for (const [digest, by] of held) {
    const id = resources.find('blob', storeName, digest);
    if (id !== undefined) targets.set(id, by);
  }
  // Of content there is one set of edges for all repositories: that of the blobs. Indexes may list indexes.
  for (let known = -1; known < targets.size; ) {
    known = targets.size;
    for (let n = 0; n < edges.length; n += 1) {
      if (edges.kinds[n] !== CONFIG && edges.kinds[n] !== CHILD) continue;
      const by = targets.get(edges.to[n] as ResourceId);
      const from = edges.from[n] as ResourceId;
      if (by === undefined || targets.has(from) || resources.kind(from) !== 'blob') continue;
      targets.set(from, by);
      held.set(resources.key(from), by);
    }
  }
}
