import { extname } from 'node:path';
import { recordsError } from '../errors.ts';
import type { FileFormat } from '../settings.ts';

const byExtension: Readonly<Record<string, FileFormat>> = {
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/** A file's format by the end of its name. @throws RECORDS_FORMAT_INVALID when it tells nothing. */
export function formatOf(path: string): FileFormat {
  const format = byExtension[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  const message = `reading records from the file ${path}: its name does not tell its format`;
  throw recordsError('RECORDS_FORMAT_INVALID', message, 'Name the format: format=json, ndjson, yaml or csv.');
}
