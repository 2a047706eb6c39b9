import type { Evidence } from './evidence.ts';
import type { ResourceId } from './resource.ts';
import { edgeKinds, type Sink } from './sink.ts';

/** Which record a tag belongs to, by the look of its name: a record's id in a named source, or nothing. */
export interface TagRecord {
  readonly source: string;
  readonly id: string;
}

/**
 * Joins tags and records that do not name each other: by a tag's name (`recordOf`), and by digest, since a record that
 * owns a manifest owns the tags that point at it. Run once after all sources, before the graph is built.
 *
 * @param recordOf - all records that a tag's name may stand for; those that no source has mentioned are passed over.
 */
export function linkRecords(
  evidence: Evidence,
  sink: Sink,
  recordOf: (scope: string, tag: string) => readonly TagRecord[],
): void {
  const { resources } = evidence;
  const { from, to, kinds, length } = evidence.edges;
  const owners = new Map<ResourceId, ResourceId[]>();
  for (let n = 0; n < length; n += 1) {
    const owned = to[n] as number;
    if (kinds[n] !== RECORD || resources.kind(owned) !== 'manifest') continue;
    const others = owners.get(owned);
    if (others === undefined) owners.set(owned, [from[n] as number]);
    else others.push(from[n] as number);
  }

  const links: [ResourceId, ResourceId][] = [];
  for (let n = 0; n < length; n += 1)
    if (kinds[n] === TAG)
      for (const record of owners.get(to[n] as number) ?? []) links.push([record, from[n] as number]);
  const size = resources.size;
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'tag' || !evidence.exists(id)) continue;
    for (const { source, id: recordId } of recordOf(resources.scope(id), resources.key(id))) {
      const record = resources.find('record', source, recordId);
      if (record !== undefined) links.push([record, id]);
    }
  }
  for (const [record, tag] of links) sink.refers(record, tag, 'record');
}

const RECORD = edgeKinds.indexOf('record');
const TAG = edgeKinds.indexOf('tag');
