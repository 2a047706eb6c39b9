import type { RecordSource } from '../contract.ts';
import type { FileRecords, RecordsPlace } from '../settings.ts';
import { type Reading, recordSource } from '../survey.ts';
import { readCsv } from './csv.ts';
import { readDocument } from './document.ts';
import { formatOf } from './format.ts';
import { readNdjson } from './ndjson.ts';
import { openText } from './open-text.ts';

/** Records from a file: JSON, NDJSON, YAML or CSV. @throws RECORDS_FORMAT_INVALID when neither settings nor name tell which. */
export function openFileRecords(settings: FileRecords, place: RecordsPlace): RecordSource {
  const format = settings.format ?? formatOf(settings.path);
  return recordSource('file', place, settings.mapping, (reading) => readRows({ ...settings, format }, reading));
}

async function* readRows(
  settings: FileRecords & Required<Pick<FileRecords, 'format'>>,
  { mapping, signal }: Reading,
): AsyncGenerator<readonly unknown[]> {
  const { format, items, maxBytes } = settings;
  const text = await openText(settings.path);
  try {
    if (format === 'csv') yield* readCsv(text, mapping, signal);
    else if (format === 'ndjson') yield* readNdjson(text, mapping, signal);
    else yield* readDocument(text, { format, items, maxBytes }, mapping, signal);
  } finally {
    await text.close();
  }
}
