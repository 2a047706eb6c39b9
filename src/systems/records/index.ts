import type { RecordSource } from './contract.ts';
import type {
  FileRecords,
  HttpRecords,
  MemoryRecords,
  PostgresRecords,
  RecordsPlace,
  RecordsSettings,
  SqliteRecords,
} from './settings.ts';

export { type RecordsErrorCode, recordsErrors } from './errors.ts';
export { redactRecordsSpec } from './redact-spec.ts';
export type { RecordsPlace, RecordsSettings } from './settings.ts';
export { parseRecordsSpec, type RecordsSpec } from './spec.ts';

/** The record sources there are, each with the function that opens it. A source is loaded when it is opened: drivers are large. */
export const recordSources = {
  postgres: async (settings: PostgresRecords, place: RecordsPlace): Promise<RecordSource> =>
    (await import('./postgres/index.ts')).openPostgresRecords(settings, place),
  sqlite: async (settings: SqliteRecords, place: RecordsPlace): Promise<RecordSource> =>
    (await import('./sqlite/index.ts')).openSqliteRecords(settings, place),
  http: async (settings: HttpRecords, place: RecordsPlace): Promise<RecordSource> =>
    (await import('./http/index.ts')).openHttpRecords(settings, place),
  file: async (settings: FileRecords, place: RecordsPlace): Promise<RecordSource> =>
    (await import('./file/index.ts')).openFileRecords(settings, place),
  memory: async (settings: MemoryRecords, place: RecordsPlace): Promise<RecordSource> =>
    (await import('./memory/index.ts')).openMemoryRecords(settings, place),
} as const;

/** Opens the source that the settings describe. Nothing is read before the first survey. @throws RECORDS_… for settings that can't be right */
export function openRecords(settings: RecordsSettings, place: RecordsPlace): Promise<RecordSource> {
  switch (settings.kind) {
    case 'postgres':
      return recordSources.postgres(settings, place);
    case 'sqlite':
      return recordSources.sqlite(settings, place);
    case 'http':
      return recordSources.http(settings, place);
    case 'file':
      return recordSources.file(settings, place);
    case 'memory':
      return recordSources.memory(settings, place);
  }
}
