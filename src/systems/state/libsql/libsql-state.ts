import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import Database from 'libsql';
import type { Digest } from '../../../oci/digest.ts';
import type { RememberedRevision, State, TagObservation } from '../contract.ts';
import { explained, stateFailure } from './failures.ts';
import {
  FIRST_SEEN,
  FORGET_IMAGES,
  FORGET_LEFT,
  FORGET_PAST,
  FORGET_PRESENT,
  FORGET_UNSEEN,
  HISTORY,
  LAST_COUNTS,
  migrate,
  NOTE_COUNTS,
  NOTE_MOVES,
  NOTE_SIGHTINGS,
  NOTE_USE,
  SCHEMA_VERSION,
  schemaVersion,
  USE,
} from './schema.ts';

export interface LibsqlStateOptions {
  /** How long another process may be writing before we give up. Default: 10 s. */
  readonly patienceMs?: number;
}

/** Tags a transaction: large enough to be quick, small enough that a heartbeat gets its turn in between. */
const BATCH = 4000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What Winnow remembers, in `<state directory>/winnow.db`. The directory and the file are made where they are absent. */
export async function libsqlState(stateDir: string, options: LibsqlStateOptions = {}): Promise<State> {
  const path = join(resolve(stateDir), 'winnow.db');
  const db = attempt('opening', path, () => openDatabase(resolve(stateDir), path, options.patienceMs ?? 10_000));
  const noteMoves = db.prepare(NOTE_MOVES);
  const noteSightings = db.prepare(NOTE_SIGHTINGS);
  const firstSeen = db.prepare(FIRST_SEEN);
  const writing = (work: () => unknown): void => attempt('writing', path, () => transact(db, work));
  let forgotAtMs = Number.NEGATIVE_INFINITY;

  return {
    async lastCounts(source) {
      const row = attempt('reading', path, () => db.prepare(LAST_COUNTS).get(source)) as { counts: string } | undefined;
      return row === undefined ? undefined : JSON.parse(row.counts);
    },
    async rememberCounts(source, counts, atMs) {
      writing(() => db.prepare(NOTE_COUNTS).run(source, JSON.stringify(counts), atMs));
    },
    async observeTags(tags, atMs) {
      // Seldom, as it reads whole tables: tags once a process, what they have left once a day.
      if (forgotAtMs === Number.NEGATIVE_INFINITY) writing(() => db.prepare(FORGET_UNSEEN).run(atMs));
      if (atMs - forgotAtMs > DAY_MS) writing(() => db.prepare(FORGET_LEFT).run(atMs));
      forgotAtMs = atMs;
      for (const batch of inBatches(tags)) {
        const tagsAsJson = JSON.stringify(batch);
        writing(() => {
          noteMoves.run(tagsAsJson, atMs);
          noteSightings.run(tagsAsJson, atMs);
        });
        await breathe();
      }
    },
    async firstSeenMs({ scope, tag, digest }) {
      const row = attempt('reading', path, () => firstSeen.get(scope, tag, digest)) as
        | { first_seen_ms: number }
        | undefined;
      return row?.first_seen_ms;
    },
    async tagHistory(scope) {
      return attempt('reading', path, () => byTag(db.prepare(HISTORY).all(scope) as readonly HistoryRow[]));
    },
    async forgetDigests(scope, digests) {
      if (digests.length === 0) return;
      const gone = JSON.stringify(digests);
      writing(() => {
        db.prepare(FORGET_PRESENT).run(scope, gone);
        db.prepare(FORGET_PAST).run(scope, gone);
      });
    },
    async noteUse(runtime, images, atMs) {
      const all = JSON.stringify([...images]);
      writing(() => {
        db.prepare(NOTE_USE).run(all, runtime, atMs);
        db.prepare(FORGET_IMAGES).run(all, runtime);
      });
      const rows = attempt('reading', path, () => db.prepare(USE).all(runtime)) as readonly UseRow[];
      return new Map(rows.map(({ image, since_ms }) => [image, since_ms]));
    },
    async close() {
      if (db.open) db.close();
    },
  };
}

interface UseRow {
  readonly image: string;
  readonly since_ms: number;
}

interface HistoryRow {
  readonly tag: string;
  readonly digest: Digest;
  readonly since_ms: number;
}

function byTag(rows: readonly HistoryRow[]): ReadonlyMap<string, readonly RememberedRevision[]> {
  const revisions = new Map<string, RememberedRevision[]>();
  for (const { tag, digest, since_ms: sinceMs } of rows) {
    const known = revisions.get(tag);
    if (known === undefined) revisions.set(tag, [{ digest, sinceMs }]);
    else known.push({ digest, sinceMs });
  }
  return revisions;
}

function openDatabase(stateDir: string, path: string, patienceMs: number): Database.Database {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600)); // the database would make it readable for all; its other files take after it
  const db = new Database(path, { timeout: patienceMs });
  try {
    const version = schemaVersion(db);
    if (version > SCHEMA_VERSION)
      throw stateFailure(
        'STATE_TOO_NEW',
        `opening ${path}: it is of version ${version}, and this Winnow knows version ${SCHEMA_VERSION}`,
      );
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL'); // the last run may be forgotten when the machine dies, the file stays whole
    if (version < SCHEMA_VERSION) transact(db, () => migrate(db));
    return db;
  } catch (failure) {
    db.close();
    throw failure;
  }
}

/** One process writes at a time; we wait for our turn at the beginning rather than in the middle. */
function transact(db: Database.Database, work: () => unknown): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (failure) {
    if (db.inTransaction) db.exec('ROLLBACK'); // some failures have ended it already
    throw failure;
  }
}

function attempt<Value>(doing: string, path: string, work: () => Value): Value {
  try {
    return work();
  } catch (failure) {
    throw explained(doing, path, failure);
  }
}

function* inBatches(tags: Iterable<TagObservation>): Generator<readonly TagObservation[]> {
  let batch: TagObservation[] = [];
  for (const tag of tags) {
    if (batch.push(tag) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
