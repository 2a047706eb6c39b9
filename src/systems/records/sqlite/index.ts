import { open as openFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { failureWords } from '../../../util/pure/system-failure.ts';
import type { RecordSource } from '../contract.ts';
import { recordsError } from '../errors.ts';
import { checkColumns } from '../mapping.ts';
import type { RecordsPlace, SqliteRecords } from '../settings.ts';
import { type Reading, recordSource } from '../survey.ts';
import { sqliteFailure } from './failure.ts';
import { oneStatement } from './one-statement.ts';

const BATCH_ROWS = 1000;
const BUSY_TIMEOUT_MS = 5000;

/** Records from a SQLite database, opened for reading alone. One statement sees one state of it. */
export function openSqliteRecords(settings: SqliteRecords, place: RecordsPlace): RecordSource {
  return recordSource('sqlite', place, settings.mapping, (reading) => readRows(settings, reading));
}

async function* readRows(settings: SqliteRecords, { mapping, signal }: Reading): AsyncGenerator<readonly unknown[]> {
  const { path } = settings;
  await checkReadable(path);
  const query = oneStatement(settings.query);
  if (query === undefined) throw badQuery(path, 'the query is more than one statement');
  const database = openReadOnly(path, settings.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
  try {
    const statement = attempt(path, () => database.prepare(query));
    if (!statement.reader) throw badQuery(path, 'the query is not one that answers with rows');
    const names = statement.columns().map((column) => column.name);
    checkColumns(names, mapping);
    statement.safeIntegers(true);
    const rows = attempt(path, () => statement.iterate());
    for (let batch: unknown[] = []; ; batch = []) {
      const more = attempt(path, () => take(rows, batch));
      yield batch;
      if (!more) return;
      // The driver is synchronous: others get their turn between batches, and so does the signal.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  } finally {
    database.close();
  }
}

/** @returns whether there may be more */
function take(rows: IterableIterator<unknown>, batch: unknown[]): boolean {
  while (batch.length < BATCH_ROWS) {
    const next = rows.next();
    if (next.done === true) return false;
    batch.push(next.value);
  }
  return true;
}

/** The driver makes what is absent and says little of what it can't read: so the file is looked at first. */
async function checkReadable(path: string): Promise<void> {
  const doing = `reading records from the SQLite database ${path}`;
  try {
    const file = await openFile(path, 'r');
    const stat = await file.stat().finally(() => file.close());
    if (!stat.isFile()) throw recordsError('RECORDS_NOT_FOUND', `${doing}: it is not a file`);
    if (stat.size === 0) throw recordsError('RECORDS_EMPTY', `${doing}: the file has 0 bytes`);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    const absent = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    throw recordsError(absent ? 'RECORDS_NOT_FOUND' : 'RECORDS_ACCESS_DENIED', `${doing}: ${failureWords(error)}`);
  }
}

function openReadOnly(path: string, timeout: number): InstanceType<typeof Database> {
  // `mode=ro` is SQLite's own: the driver's `readonly` option does nothing.
  const address = `file:${pathToFileURL(resolve(path)).pathname}?mode=ro`;
  return attempt(path, () => new Database(address, { timeout }));
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw sqliteFailure(error, path);
  }
}

function badQuery(path: string, why: string) {
  return recordsError('RECORDS_QUERY_INVALID', `reading records from the SQLite database ${path}: ${why}`);
}
