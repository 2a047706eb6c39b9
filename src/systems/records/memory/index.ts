import type { RecordSource } from '../contract.ts';
import { ReadingStopped } from '../errors.ts';
import { checkColumns, checkFirstDocument } from '../mapping.ts';
import type { MemoryRecords, RecordsPlace } from '../settings.ts';
import { recordSource } from '../survey.ts';

const BATCH_ROWS = 1000;

/** Records from an array, with failures on demand: for tests and the demo. */
export function openMemoryRecords(settings: MemoryRecords, place: RecordsPlace): RecordSource {
  const { rows, columns, failAfterRows, error } = settings;
  return recordSource('memory', place, settings.mapping, async function* ({ mapping }) {
    if (columns !== undefined) checkColumns(columns, mapping);
    else if (rows.length > 0) checkFirstDocument(rows[0], mapping);
    const end = Math.min(failAfterRows ?? rows.length, rows.length);
    for (let from = 0; from < end; from += BATCH_ROWS) {
      await new Promise((resolve) => setImmediate(resolve));
      yield rows.slice(from, Math.min(from + BATCH_ROWS, end));
    }
    if (failAfterRows !== undefined || error !== undefined)
      throw error ?? new ReadingStopped('reading the records from memory: the script says that it fails here');
  });
}
