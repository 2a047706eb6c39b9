import { parseRecordsSpec, type RecordsSettings } from '../systems/records/index.ts';
import { redactUrls } from './redact.ts';
import type { RecordInput } from './schema/records.ts';

/**
 * The name of each source, in reports and for `tagRecords`: its own, or its kind's, with a number where that is taken: `file`,
 * `file-2`. What is remembered between runs does not hang on a name that nobody gave: see {@link countedAs}.
 */
export function sourceNames(records: readonly RecordInput[]): readonly string[] {
  const taken = new Set(records.flatMap((record) => (typeof record === 'string' ? [] : (record.name ?? []))));
  return records.map((record) => {
    if (typeof record !== 'string' && record.name !== undefined) return record.name;
    const kind = typeof record === 'string' ? parseRecordsSpec(record).kind : record.from;
    let name: string = kind;
    for (let n = 2; taken.has(name); n += 1) name = `${kind}-${n}`;
    taken.add(name);
    return name;
  });
}

/**
 * What the number of a source's rows is remembered by: the name that it was given, which stays when a database moves; without one,
 * the place that it is read from, so that the counts of two files are never compared with each other. No secrets.
 */
export function countedAs(record: RecordInput, source: RecordsSettings): string {
  if (typeof record !== 'string' && record.name !== undefined) return record.name;
  const place = 'path' in source ? source.path : 'url' in source ? redactUrls(source.url) : '';
  const parts = [source.kind, place, 'query' in source ? source.query : '', 'items' in source ? source.items : ''];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}
