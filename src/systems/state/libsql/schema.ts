import type Database from 'libsql';

/*
 * <state directory>/winnow.db: SQLite 3 in WAL mode, so that `winnow.db-wal` and `winnow.db-shm` may lie beside it.
 * All times are UTC milliseconds. `PRAGMA user_version` is the number of the last migration below.
 *
 *   survey_counts    one row a source                    tag_sightings    one row a tag that was ever seen
 *   ┌───────────────────────────────────────────┐        ┌──────────────────────────────────────────────────────┐
 *   │ source    text  key   'records orders'    │        │ scope          text  key  'registry.example/team/app' │
 *   │ counts    text  JSON  '{"rows":4711}'     │        │ tag            text  key  'v1'                        │
 *   │ at_ms     int   when they were counted    │        │ digest         text       the last one it was on      │
 *   └───────────────────────────────────────────┘        │ first_seen_ms  int        on that digest              │
 *                                                        │ last_seen_ms   int        exact to a week             │
 *                                                        └──────────────────────────────────────────────────────┘
 *   tag_revisions    one row a digest that a tag was on and has left
 *   ┌──────────────────────────────────────────────────────┐
 *   │ scope, tag     text  key                             │
 *   │ since_ms       int   key  first seen on that digest  │
 *   │ digest         text                                  │
 *   │ left_at_ms     int        first seen on another      │
 *   └──────────────────────────────────────────────────────┘
 *   image_use        one row an image that a node has
 *   ┌──────────────────────────────────────────────────────┐
 *   │ runtime, image text  key                             │
 *   │ since_ms       int        last seen in use, or first │
 *   │                           seen at all                │
 *   └──────────────────────────────────────────────────────┘
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE survey_counts (
     source TEXT PRIMARY KEY,
     counts TEXT NOT NULL,
     at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE tag_sightings (
     scope TEXT NOT NULL,
     tag TEXT NOT NULL,
     digest TEXT NOT NULL,
     first_seen_ms INTEGER NOT NULL,
     last_seen_ms INTEGER NOT NULL,
     PRIMARY KEY (scope, tag)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE tag_revisions (
     scope TEXT NOT NULL,
     tag TEXT NOT NULL,
     since_ms INTEGER NOT NULL,
     digest TEXT NOT NULL,
     left_at_ms INTEGER NOT NULL,
     PRIMARY KEY (scope, tag, since_ms)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE image_use (
     runtime TEXT NOT NULL,
     image TEXT NOT NULL,
     since_ms INTEGER NOT NULL,
     PRIMARY KEY (runtime, image)
   ) STRICT, WITHOUT ROWID;`,
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

/** Notes what tags are about to leave, before {@link NOTE_SIGHTINGS} overwrites it. */
export const NOTE_MOVES = `
  INSERT OR IGNORE INTO tag_revisions (scope, tag, since_ms, digest, left_at_ms)
  SELECT known.scope, known.tag, known.first_seen_ms, known.digest, ?2
  FROM json_each(?1) JOIN tag_sightings AS known ON known.scope = value ->> 'scope' AND known.tag = value ->> 'tag'
  WHERE known.digest <> value ->> 'digest'`;

/**
 * Notes many tags at once, given as JSON: one call into the database for thousands of rows.
 *
 * A tag on the digest that it was last seen on keeps its first time. The row of a tag that did not move is written once a
 * week, to know that it is alive: else every run would write every row.
 */
export const NOTE_SIGHTINGS = `
  INSERT INTO tag_sightings (scope, tag, digest, first_seen_ms, last_seen_ms)
  SELECT value ->> 'scope', value ->> 'tag', value ->> 'digest', ?2, ?2 FROM json_each(?1) WHERE true
  ON CONFLICT (scope, tag) DO UPDATE SET
    first_seen_ms = iif(digest = excluded.digest, first_seen_ms, excluded.first_seen_ms),
    digest = excluded.digest,
    last_seen_ms = excluded.last_seen_ms
  WHERE digest <> excluded.digest OR last_seen_ms < excluded.last_seen_ms - 7 * 24 * 60 * 60 * 1000`;

export const FIRST_SEEN = 'SELECT first_seen_ms FROM tag_sightings WHERE scope = ? AND tag = ? AND digest = ?';

/** Tags that nobody has seen for half a year are gone: without this the file would grow for ever. */
export const FORGET_UNSEEN = 'DELETE FROM tag_sightings WHERE last_seen_ms < ? - 180 * 24 * 60 * 60 * 1000';

/** What a tag has left a year ago nobody wants to go back to. */
export const FORGET_LEFT = 'DELETE FROM tag_revisions WHERE left_at_ms < ? - 365 * 24 * 60 * 60 * 1000';

/** The present digests first, then the past ones, newest first. */
export const HISTORY = `
  SELECT tag, digest, first_seen_ms AS since_ms, 0 AS past FROM tag_sightings WHERE scope = ?1
  UNION ALL
  SELECT tag, digest, since_ms, 1 AS past FROM tag_revisions WHERE scope = ?1
  ORDER BY tag, past, since_ms DESC`;

/** Digests as JSON. */
export const FORGET_PRESENT =
  'DELETE FROM tag_sightings WHERE scope = ?1 AND digest IN (SELECT value FROM json_each(?2))';
export const FORGET_PAST = 'DELETE FROM tag_revisions WHERE scope = ?1 AND digest IN (SELECT value FROM json_each(?2))';

/** All images of a runtime at once, given as JSON: `[{key, used}]`. */
export const NOTE_USE = `
  INSERT INTO image_use (runtime, image, since_ms)
  SELECT ?2, value ->> 'key', ?3 FROM json_each(?1) WHERE true
  ON CONFLICT (runtime, image) DO UPDATE SET since_ms = excluded.since_ms
  WHERE (SELECT value ->> 'used' FROM json_each(?1) WHERE value ->> 'key' = image) = 1`;
export const FORGET_IMAGES =
  "DELETE FROM image_use WHERE runtime = ?2 AND image NOT IN (SELECT value ->> 'key' FROM json_each(?1))";
export const USE = 'SELECT image, since_ms FROM image_use WHERE runtime = ?';

export const NOTE_COUNTS = 'INSERT OR REPLACE INTO survey_counts (source, counts, at_ms) VALUES (?, ?, ?)';

export const LAST_COUNTS = 'SELECT counts FROM survey_counts WHERE source = ?';
