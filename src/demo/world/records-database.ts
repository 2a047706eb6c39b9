import Database from 'libsql';
import type { WorldRecord } from './world.ts';

/** Writes the records into a new SQLite database, as table `changes`. Times are ISO 8601 in UTC; `finished_at` is null while it runs. */
export function writeRecords(databasePath: string, records: readonly WorldRecord[]): void {
  const database = new Database(databasePath);
  try {
    database.exec(
      'create table changes (id text primary key, repository text not null, tag text not null, status text not null, finished_at text)',
    );
    const insert = database.prepare(
      'insert into changes (id, repository, tag, status, finished_at) values (?, ?, ?, ?, ?)',
    );
    database.transaction(() => {
      for (const { id, repository, tag, status, finishedAt } of records)
        insert.run([id, repository, tag, status, finishedAt?.toISOString() ?? null]);
    })();
  } finally {
    database.close();
  }
}
