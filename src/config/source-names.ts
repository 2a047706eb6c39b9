import { parseRecordsSpec } from '../systems/records/index.ts';
import type { RecordInput } from './schema/records.ts';

/**
 * The name of each source: its own, or its kind's, with a number where that is taken: `file`, `file-2`. What is remembered between
 * runs hangs on the name, so sources that may be reordered should have names of their own.
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
