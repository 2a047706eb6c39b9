import { rowsAsJson } from '../batches.ts';
import { parseStored } from '../parse-stored.ts';
import { firstOf, lastOfEach, PULLS_APART_MS, type ToldLog, type ToldTransfer } from '../told.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './query.ts';

const ROWS_AT_ONCE = 5000;

const NOTE_REGISTRY = `INSERT INTO winnow.told_registries AS known (host, known_since_ms, told_at_ms) VALUES ($1, $2, $3)
  ON CONFLICT (host) DO UPDATE SET told_at_ms = greatest(known.told_at_ms, excluded.told_at_ms)`;

const NOTE_TRANSFERS = `INSERT INTO winnow.told_transfers AS known (host, key, is_push, at_ms, told_at_ms, transfer)
  SELECT $1, key, "isPush", "atMs", $2, transfer
  FROM json_to_recordset($3::text::json) AS row(key text, "isPush" boolean, "atMs" bigint, transfer text)
  ON CONFLICT (host, key) DO UPDATE SET at_ms = excluded.at_ms, told_at_ms = excluded.told_at_ms
    WHERE excluded.at_ms > known.at_ms + CASE WHEN known.is_push THEN 0 ELSE ${PULLS_APART_MS} END`;

const PAGE = `SELECT key, at_ms, transfer FROM winnow.told_transfers WHERE host = $1 AND key > $2`;

interface Stored {
  readonly key: string;
  readonly at_ms: number;
  readonly transfer: string;
}

export function toldIn(db: Database): ToldLog {
  return {
    async note(host, events, nowMs) {
      const firstMs = firstOf(events);
      if (firstMs === undefined) return;
      const rows = lastOfEach(events).map(({ key, transfer: { atMs, ...transfer } }) => ({
        ...{ key, isPush: transfer.action === 'push', atMs, transfer: JSON.stringify(transfer) },
      }));
      await db.atOnce(`noting what ${host} told`, async (query) => {
        await query(NOTE_REGISTRY, [host, firstMs, nowMs]);
        if (rows.length > 0) await query(NOTE_TRANSFERS, [host, nowMs, rowsAsJson(rows)]);
      });
    },
    async registries() {
      const sql = 'SELECT host, known_since_ms FROM winnow.told_registries ORDER BY host';
      const rows = await db.all<{ host: string; known_since_ms: number }>('reading which registries tell', sql);
      return rows.map((row) => ({ host: row.host, knownSinceMs: row.known_since_ms }));
    },
    async *transfers(host, pushesSinceMs) {
      const [pushes, values]: [string, SqlValue[]] =
        pushesSinceMs === undefined ? ['', []] : ['AND is_push AND told_at_ms >= $3', [Math.trunc(pushesSinceMs)]];
      const sql = `${PAGE} ${pushes} ORDER BY key LIMIT ${ROWS_AT_ONCE}`;
      let last = '';
      for (;;) {
        const page = await db.all<Stored>(`reading what ${host} told`, sql, host, last, ...values);
        for (const row of page) {
          last = row.key;
          const transfer = parseStored<Omit<ToldTransfer, 'atMs'>>(row.transfer, `what ${host} told`, db.name);
          yield { ...transfer, atMs: row.at_ms };
        }
        if (page.length < ROWS_AT_ONCE) return;
      }
    },
    async forget(beforeMs) {
      // What is known is known from then on, before the first of it goes.
      const shorten = 'UPDATE winnow.told_registries SET known_since_ms = $1 WHERE known_since_ms < $1';
      await db.all('forgetting what registries told', shorten, beforeMs);
      const remove = `WITH gone AS (DELETE FROM winnow.told_transfers WHERE (host, key) IN (
          SELECT host, key FROM winnow.told_transfers WHERE is_push IN (true, false) AND told_at_ms < $1 LIMIT ${ROWS_AT_ONCE})
          RETURNING 1)
        SELECT count(*) AS rows FROM gone`;
      for (let rows = ROWS_AT_ONCE; rows >= ROWS_AT_ONCE; )
        rows = (await db.first<{ rows: number }>('forgetting what registries told', remove, beforeMs))?.rows ?? 0;
      const silent = 'DELETE FROM winnow.told_registries WHERE told_at_ms < $1';
      await db.all('forgetting what registries told', silent, beforeMs);
    },
  };
}
