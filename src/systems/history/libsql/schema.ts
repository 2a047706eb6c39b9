import type Database from 'libsql';

/*
 * <state directory>/history.db: SQLite 3 in WAL mode, so that `history.db-wal` and `history.db-shm` may lie beside it.
 * All times are UTC milliseconds. `PRAGMA user_version` is the number of the last migration below.
 *
 *   runs              a run; `record` is all of it as JSON, the other columns are what is looked for
 *   reports           what the last process of a run printed
 *   events, audit     as they came, numbered
 *   notes             small things by name
 *   disk_readings     how full things were; disk_targets has the newest of each
 *
 * Plans and inventories are large, and written in many transactions. What belongs to one of them carries the number of its
 * generation; that of the plan or inventory names the one that counts, and is changed last:
 *
 *   plans (run_id) ─────────┐                          ┌─ plan_rows    (generation, n)   what is looked for
 *                           ├─► generations (id) ◄─────┼─ plan_lines   (generation, n)   the lines of the document
 *   inventories (target) ───┘    state: writing        ├─ plan_sums    (generation, verb, group, reason, outcome)
 *                                       live           └─ inventory_repositories, _tags, _tag_sums, _images, _links
 *                                       left: to be swept
 *
 * `plan_places` says in which rows a verb, group and reason are, as JSON: three indices would cost twenty times as much to write.
 *
 * A generation in writing that was not touched for some minutes belongs to a writer that died.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     schedule TEXT NOT NULL,
     flow TEXT NOT NULL,
     state TEXT NOT NULL,
     due_at_ms INTEGER NOT NULL,
     ended_at_ms INTEGER,
     record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX runs_by_due ON runs (due_at_ms, id);
   CREATE INDEX runs_by_schedule ON runs (schedule, due_at_ms, id);
   CREATE INDEX runs_by_flow ON runs (flow, due_at_ms, id);
   CREATE INDEX runs_by_state ON runs (state, due_at_ms, id);
   CREATE TABLE reports (run_id TEXT PRIMARY KEY, report TEXT NOT NULL) STRICT;
   CREATE TABLE events (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at_ms INTEGER NOT NULL,
     run_id TEXT,
     type TEXT NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_run ON events (run_id, id);
   CREATE INDEX events_by_time ON events (at_ms);
   CREATE TABLE audit (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at_ms INTEGER NOT NULL,
     run_id TEXT,
     entry TEXT NOT NULL
   ) STRICT;
   CREATE INDEX audit_by_run ON audit (run_id, id);
   CREATE INDEX audit_by_time ON audit (at_ms);
   CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE disk_readings (
     target TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     reading TEXT NOT NULL,
     PRIMARY KEY (target, at_ms)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE disk_targets (
     target TEXT PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     reading TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE generations (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,
     owner TEXT NOT NULL,
     state TEXT NOT NULL,
     touched_at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX generations_by_owner ON generations (kind, owner);
   CREATE INDEX generations_by_state ON generations (state);
   CREATE TABLE plans (
     run_id TEXT PRIMARY KEY,
     generation INTEGER NOT NULL,
     header TEXT NOT NULL,
     trailer TEXT NOT NULL,
     rows INTEGER NOT NULL,
     sums TEXT NOT NULL
   ) STRICT;
   CREATE TABLE plan_rows (
     generation INTEGER NOT NULL,
     n INTEGER NOT NULL,
     verb TEXT NOT NULL,
     "group" TEXT NOT NULL,
     target TEXT NOT NULL,
     folded TEXT,
     reason_code TEXT NOT NULL,
     reason TEXT NOT NULL,
     frees_bytes INTEGER NOT NULL,
     outcome TEXT NOT NULL,
     outcome_why TEXT,
     PRIMARY KEY (generation, n)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX plan_rows_by_outcome ON plan_rows (generation, outcome, n) WHERE outcome <> '';
   CREATE TABLE plan_lines (
     generation INTEGER NOT NULL,
     n INTEGER NOT NULL,
     line TEXT NOT NULL,
     PRIMARY KEY (generation, n)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE plan_sums (
     generation INTEGER NOT NULL,
     verb TEXT NOT NULL,
     "group" TEXT NOT NULL,
     reason_code TEXT NOT NULL,
     outcome TEXT NOT NULL,
     actions INTEGER NOT NULL,
     frees_bytes INTEGER NOT NULL,
     PRIMARY KEY (generation, "group", verb, reason_code, outcome)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE plan_places (
     generation INTEGER NOT NULL,
     verb TEXT NOT NULL,
     "group" TEXT NOT NULL,
     reason_code TEXT NOT NULL,
     actions INTEGER NOT NULL,
     places TEXT NOT NULL,
     PRIMARY KEY (generation, "group", verb, reason_code)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE inventories (
     target TEXT PRIMARY KEY,
     generation INTEGER NOT NULL,
     tags INTEGER NOT NULL,
     header TEXT NOT NULL
   ) STRICT;
   CREATE TABLE inventory_repositories (
     generation INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     name TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (generation, bytes DESC, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE inventory_tags (
     generation INTEGER NOT NULL,
     n INTEGER NOT NULL,
     repository TEXT NOT NULL,
     tag TEXT NOT NULL,
     folded TEXT,
     digest TEXT,
     exclusive_bytes INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     created_at_ms INTEGER,
     last_used_at_ms INTEGER,
     verdict TEXT NOT NULL,
     reason_code TEXT NOT NULL,
     reason TEXT NOT NULL,
     PRIMARY KEY (generation, n)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX inventory_tags_by_name ON inventory_tags (generation, repository, tag);
   CREATE INDEX inventory_tags_by_place ON inventory_tags (generation, repository, exclusive_bytes DESC, n, verdict);
   CREATE INDEX inventory_tags_by_size ON inventory_tags (generation, exclusive_bytes DESC, n, verdict);
   CREATE INDEX inventory_tags_by_age ON inventory_tags (generation, created_at_ms DESC, n, verdict);
   CREATE TABLE inventory_tag_sums (
     generation INTEGER NOT NULL,
     repository TEXT NOT NULL,
     verdict TEXT NOT NULL,
     tags INTEGER NOT NULL,
     exclusive_bytes INTEGER NOT NULL,
     PRIMARY KEY (generation, repository, verdict)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE inventory_images (
     generation INTEGER NOT NULL,
     digest TEXT NOT NULL,
     repository TEXT NOT NULL,
     record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX inventory_images_by_digest ON inventory_images (generation, digest, repository);
   CREATE TABLE inventory_links (
     generation INTEGER NOT NULL,
     "from" TEXT NOT NULL,
     "to" TEXT NOT NULL,
     "as" TEXT NOT NULL
   ) STRICT;
   CREATE INDEX inventory_links_from ON inventory_links (generation, "from");
   CREATE INDEX inventory_links_to ON inventory_links (generation, "to");`,
];

/** The version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export function schemaVersion(db: Database.Database): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** Brings an older database, or an empty one, to {@link SCHEMA_VERSION}. Within a transaction of the caller. */
export function migrate(db: Database.Database): void {
  for (const sql of MIGRATIONS.slice(schemaVersion(db))) db.exec(sql);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}
