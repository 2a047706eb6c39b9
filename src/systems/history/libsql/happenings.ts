import { withoutNul } from '../batches.ts';
import type { AuditEntry, DiskReading, History, HistoryEvent } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import type { HistoryFile } from './database.ts';

/** What came and is never changed: events, audit entries, readings of disks. And the notes. */
export function happeningsIn(
  file: HistoryFile,
): Pick<
  History,
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
  | 'swapNote'
> {
  return { ...eventsIn(file), ...auditIn(file), ...disksIn(file), ...notesIn(file) };
}

interface StoredEvent {
  readonly id: number;
  readonly at_ms: number;
  readonly run_id: string | null;
  readonly type: string;
  readonly data: string;
}

function eventsIn(file: HistoryFile): Pick<History, 'addEvent' | 'events' | 'lastEventId'> {
  const read = (row: StoredEvent): HistoryEvent => ({
    id: row.id,
    atMs: row.at_ms,
    ...(row.run_id === null ? {} : { runId: row.run_id }),
    type: row.type,
    data: parseStored(row.data, `event ${row.id}`, file.name),
  });
  return {
    async addEvent({ atMs, runId, type, data }) {
      const sql = 'INSERT INTO events (at_ms, run_id, type, data) VALUES (?, ?, ?, ?) RETURNING *';
      const row = file.atOnce(`adding an event ${type}`, (tables) =>
        tables.first<StoredEvent>(sql, atMs, runId ?? null, type, JSON.stringify(data)),
      );
      if (row === undefined) throw new Error('an INSERT with RETURNING gave no row');
      return read(row);
    },
    async events({ afterId = 0, runId, limit }) {
      const rows =
        runId === undefined
          ? file.all<StoredEvent>(
              'reading events',
              'SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?',
              afterId,
              limit,
            )
          : file.all<StoredEvent>(
              `reading events of ${runId}`,
              'SELECT * FROM events WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?',
              runId,
              afterId,
              limit,
            );
      return rows.map(read);
    },
    async lastEventId() {
      return file.first<{ id: number | null }>('reading events', 'SELECT max(id) AS id FROM events')?.id ?? 0;
    },
  };
}

function auditIn(file: HistoryFile): Pick<History, 'addAudit' | 'audit'> {
  return {
    async addAudit(entry) {
      const sql = 'INSERT INTO audit (at_ms, run_id, entry) VALUES (?, ?, ?)';
      file.atOnce(`noting who did ${entry.what}`, (tables) =>
        tables.change(sql, entry.atMs, entry.runId ?? null, JSON.stringify(entry)),
      );
    },
    async audit({ beforeId = Number.MAX_SAFE_INTEGER, runId, limit }) {
      const where = runId === undefined ? 'id < ?' : 'id < ? AND run_id = ?';
      const values = runId === undefined ? [beforeId] : [beforeId, runId];
      const rows = file.all<{ id: number; entry: string }>(
        'reading who did what',
        `SELECT id, entry FROM audit WHERE ${where} ORDER BY id DESC LIMIT ?`,
        ...values,
        limit,
      );
      return rows.map(({ id, entry }) => ({
        ...parseStored<Omit<AuditEntry, 'id'>>(entry, `audit entry ${id}`, file.name),
        id,
      }));
    },
  };
}

function disksIn(file: HistoryFile): Pick<History, 'addDisk' | 'disks' | 'diskHistory'> {
  const read = ({ reading }: { reading: string }) => parseStored<DiskReading>(reading, 'a disk reading', file.name);
  return {
    async addDisk(reading) {
      const values = [reading.target, reading.atMs, JSON.stringify(reading)];
      file.atOnce(`noting how full ${reading.target} is`, (tables) => {
        tables.change('INSERT OR REPLACE INTO disk_readings (target, at_ms, reading) VALUES (?, ?, ?)', ...values);
        tables.change(
          `INSERT INTO disk_targets (target, at_ms, reading) VALUES (?, ?, ?)
           ON CONFLICT (target) DO UPDATE SET at_ms = excluded.at_ms, reading = excluded.reading
           WHERE excluded.at_ms >= disk_targets.at_ms`,
          ...values,
        );
      });
    },
    async disks() {
      return file
        .all<{ reading: string }>('reading disks', 'SELECT reading FROM disk_targets ORDER BY target')
        .map(read);
    },
    async diskHistory(target, sinceMs) {
      const sql = 'SELECT reading FROM disk_readings WHERE target = ? AND at_ms >= ? ORDER BY at_ms';
      return file.all<{ reading: string }>(`reading how full ${target} was`, sql, target, sinceMs).map(read);
    },
  };
}

function notesIn(file: HistoryFile): Pick<History, 'note' | 'noted' | 'swapNote'> {
  const textOf = 'SELECT value FROM notes WHERE key = ?';
  const put = 'INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)';
  return {
    async note(key, value) {
      file.atOnce(`noting ${key}`, (tables) =>
        value === undefined
          ? tables.change('DELETE FROM notes WHERE key = ?', key)
          : tables.change(put, key, withoutNul(value)),
      );
    },
    async noted(key) {
      return file.first<{ value: string }>(`reading the note ${key}`, textOf, key)?.value;
    },
    async swapNote(key, believed, value) {
      const expected = believed === undefined ? undefined : withoutNul(believed);
      return file.atOnce(`noting ${key}`, (tables) => {
        if (tables.first<{ value: string }>(textOf, key)?.value !== expected) return false;
        tables.change(put, key, withoutNul(value));
        return true;
      });
    },
  };
}
