import { withoutNul } from '../batches.ts';
import type { AuditEntry, DiskReading, History, HistoryEvent } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { conditions, whole } from './conditions.ts';
import type { Database } from './database.ts';

type HappeningPart =
  | 'addEvent'
  | 'events'
  | 'lastEventId'
  | 'addAudit'
  | 'audit'
  | 'addDisk'
  | 'disks'
  | 'diskHistory'
  | 'note'
  | 'noted'
  | 'swapNote';

/** What came and is never changed: events, audit entries, readings of disks. And the notes. */
export function happeningsIn(db: Database): Pick<History, HappeningPart> {
  return { ...eventsIn(db), ...auditIn(db), ...disksIn(db), ...notesIn(db) };
}

/** The next number, by a row that stays locked until the end: a number is seen only after all that are smaller. */
const next = (name: string) => `WITH next AS (
  UPDATE winnow.counters SET value = value + 1 WHERE name = '${name}' RETURNING value)`;

function eventsIn(db: Database): Pick<History, 'addEvent' | 'events' | 'lastEventId'> {
  interface Stored {
    readonly id: number;
    readonly at_ms: number;
    readonly run_id: string | null;
    readonly type: string;
    readonly data: string;
  }
  const read = (row: Stored): HistoryEvent => ({
    id: row.id,
    atMs: row.at_ms,
    ...(row.run_id === null ? {} : { runId: row.run_id }),
    type: row.type,
    data: parseStored(row.data, `event ${row.id}`, db.name),
  });
  return {
    async addEvent({ atMs, runId, type, data }) {
      const sql = `${next('events')} INSERT INTO winnow.events (id, at_ms, run_id, type, data)
        SELECT value, $1, $2, $3, $4 FROM next RETURNING *`;
      const doing = `adding an event ${type}`;
      const row = await db.first<Stored>(doing, sql, atMs, runId ?? null, type, JSON.stringify(data));
      if (row === undefined) throw new Error('an INSERT with RETURNING gave no row');
      return read(row);
    },
    async events({ afterId = 0, runId, limit }) {
      const { where, values } = conditions([
        ['id > ?', afterId],
        ['run_id = ?', runId],
      ]);
      const sql = `SELECT * FROM winnow.events WHERE ${where} ORDER BY id LIMIT ${whole(limit)}`;
      return (await db.all<Stored>('reading events', sql, ...values)).map(read);
    },
    async lastEventId() {
      const sql = 'SELECT max(id) AS id FROM winnow.events';
      return (await db.first<{ id: number | null }>('reading events', sql))?.id ?? 0;
    },
  };
}

function auditIn(db: Database): Pick<History, 'addAudit' | 'audit'> {
  return {
    async addAudit(entry) {
      const sql = `${next('audit')} INSERT INTO winnow.audit (id, at_ms, run_id, entry)
        SELECT value, $1, $2, $3 FROM next`;
      const doing = `noting who did ${entry.what}`;
      await db.all(doing, sql, entry.atMs, entry.runId ?? null, JSON.stringify(entry));
    },
    async audit({ beforeId, runId, limit }) {
      const { where, values } = conditions([
        ['id < ?', beforeId],
        ['run_id = ?', runId],
      ]);
      const sql = `SELECT id, entry FROM winnow.audit WHERE ${where} ORDER BY id DESC LIMIT ${whole(limit)}`;
      const rows = await db.all<{ id: number; entry: string }>('reading who did what', sql, ...values);
      return rows.map(({ id, entry }) => ({
        ...parseStored<Omit<AuditEntry, 'id'>>(entry, `audit entry ${id}`, db.name),
        id,
      }));
    },
  };
}

function disksIn(db: Database): Pick<History, 'addDisk' | 'disks' | 'diskHistory'> {
  const read = ({ reading }: { reading: string }) => parseStored<DiskReading>(reading, 'a disk reading', db.name);
  return {
    async addDisk(reading) {
      const sql = `INSERT INTO winnow.disk_readings (target, at_ms, reading) VALUES ($1, $2, $3)
        ON CONFLICT (target, at_ms) DO UPDATE SET reading = excluded.reading`;
      const doing = `noting how full ${reading.target} is`;
      await db.all(doing, sql, reading.target, reading.atMs, JSON.stringify(reading));
    },
    async disks() {
      const sql = 'SELECT DISTINCT ON (target) reading FROM winnow.disk_readings ORDER BY target, at_ms DESC';
      return (await db.all<{ reading: string }>('reading disks', sql)).map(read);
    },
    async diskHistory(target, sinceMs) {
      const sql = 'SELECT reading FROM winnow.disk_readings WHERE target = $1 AND at_ms >= $2 ORDER BY at_ms';
      return (await db.all<{ reading: string }>(`reading how full ${target} was`, sql, target, sinceMs)).map(read);
    },
  };
}

function notesIn(db: Database): Pick<History, 'note' | 'noted' | 'swapNote'> {
  return {
    async note(key, value) {
      const put = `INSERT INTO winnow.notes (key, value) VALUES ($1, $2)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
      if (value === undefined) await db.all(`noting ${key}`, 'DELETE FROM winnow.notes WHERE key = $1', key);
      else await db.all(`noting ${key}`, put, key, withoutNul(value));
    },
    async noted(key) {
      const sql = 'SELECT value FROM winnow.notes WHERE key = $1';
      return (await db.first<{ value: string }>(`reading the note ${key}`, sql, key))?.value;
    },
    async swapNote(key, believed, value) {
      const doing = `noting ${key}`;
      const insert = 'INSERT INTO winnow.notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key';
      const update = 'UPDATE winnow.notes SET value = $2 WHERE key = $1 AND value = $3 RETURNING key';
      const rows =
        believed === undefined
          ? await db.all(doing, insert, key, withoutNul(value))
          : await db.all(doing, update, key, withoutNul(value), withoutNul(believed));
      return rows.length === 1;
    },
  };
}
