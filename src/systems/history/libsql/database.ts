import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { historyError } from '../errors.ts';
import { explained } from './failures.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';

export type SqlValue = string | number | null;

/** The file, opened. All calls are synchronous: keep them small. */
export interface HistoryFile {
  /** For messages: `embedded database /var/lib/winnow/history.db`. */
  readonly name: string;
  /** @param doing - for messages: `reading a run` */
  all<Row>(doing: string, sql: string, ...values: readonly SqlValue[]): readonly Row[];
  first<Row>(doing: string, sql: string, ...values: readonly SqlValue[]): Row | undefined;
  /** Does several things at once, or none of them; nobody else writes meanwhile. */
  atOnce<Value>(doing: string, work: (tables: Tables) => Value): Value;
  close(): void;
}

/** What a transaction can do. */
export interface Tables {
  /** @returns how many rows it changed */
  change(sql: string, ...values: readonly SqlValue[]): number;
  first<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...values: readonly SqlValue[]): readonly Row[];
}

/** Opens `history.db`; directory and file are made where they are absent. @param patienceMs - how long another process may be writing */
export function openHistoryFile(stateDir: string, patienceMs: number): HistoryFile {
  const path = join(resolve(stateDir), 'history.db');
  const name = `embedded database ${path}`;
  const attempt = <Value>(doing: string, work: () => Value): Value => {
    try {
      return work();
    } catch (failure) {
      throw explained(doing, name, failure);
    }
  };
  const db = attempt('opening the history', () => openDatabase(resolve(stateDir), path, patienceMs));
  const tables = tablesOf(db);

  return {
    name,
    all: (doing, sql, ...values) => attempt(doing, () => tables.all(sql, ...values)),
    first: (doing, sql, ...values) => attempt(doing, () => tables.first(sql, ...values)),
    atOnce: (doing, work) => attempt(doing, () => transact(db, () => work(tables))),
    close() {
      if (db.open) db.close();
    },
  };
}

function tablesOf(db: Database.Database): Tables {
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    change: (sql, ...values) => statement(sql).run(...values).changes,
    first: <Row>(sql: string, ...values: readonly SqlValue[]) => statement(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: readonly SqlValue[]) => statement(sql).all(...values) as readonly Row[],
  };
}

function openDatabase(stateDir: string, path: string, patienceMs: number): Database.Database {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600)); // the database would make it readable for all; its other files take after it
  const db = new Database(path, { timeout: patienceMs });
  try {
    const version = schemaVersion(db);
    if (version > SCHEMA_VERSION)
      throw historyError(
        'HISTORY_NEWER',
        `opening ${path}: it is of version ${version}, and this Winnow knows version ${SCHEMA_VERSION}`,
      );
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL'); // the last moment may be forgotten when the machine dies, the file stays whole
    db.pragma('temp_store = MEMORY');
    db.pragma('cache_size = -32000');
    if (version < SCHEMA_VERSION) transact(db, () => migrate(db));
    return db;
  } catch (failure) {
    db.close();
    throw failure;
  }
}

/** One process writes at a time; we wait for our turn at the beginning rather than in the middle. */
function transact<Value>(db: Database.Database, work: () => Value): Value {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    db.exec('COMMIT');
    return value;
  } catch (failure) {
    if (db.inTransaction) db.exec('ROLLBACK'); // some failures have ended it already
    throw failure;
  }
}
