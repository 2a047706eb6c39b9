import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import postgres from 'postgres';
import { unlessAborted } from '../../../util/wait.ts';
import type { EventEnvelope, EventSink } from '../contract.ts';
import { readSecretFile, readSettingsFile } from '../secret-file.ts';
import { explain, placeOf, sqlStateOf, urlInvalid } from './failures.ts';
import { quoteTable } from './table-name.ts';

/*
 * The table, made at the first event where it is not there. Nothing is ever changed or deleted in it.
 *
 *   time          timestamptz  not null   the event's own
 *   cluster_name  text                    tells clusters apart
 *   type          text         not null   registry_reconcile.summary
 *   level         text         not null   info
 *   payload       jsonb        not null   the whole event
 */

export interface PostgresEventsOptions {
  /** `postgres://user[:password]@host[:port]/database[?sslmode=…]`. */
  readonly url: string;
  /** Where the URL has no password: a file whose first line is it. */
  readonly passwordFile?: string;
  /** PEM: the authority of the server's certificate, which is then verified. */
  readonly caFile?: string;
  /** `table` or `schema.table`; default `winnow_events`. The schema must be there. */
  readonly table?: string;
  /** For connecting, and again for the statement; 10 s. */
  readonly timeoutMs?: number;
}

/** @see https://www.postgresql.org/docs/15/errcodes-appendix.html */
const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Events as rows of a table. A connection lasts for one event: there is one a run.
 *
 * @throws EVENTS_SETTINGS_INVALID for a URL or a table name that is none.
 */
export function postgresEvents(options: PostgresEventsOptions): EventSink {
  const table = quoteTable(options.table ?? 'winnow_events');
  const place = placeOf(options.url);
  const timeoutMs = options.timeoutMs ?? 10_000;
  const open = new Set<postgres.Sql>();
  const connected = async (signal: AbortSignal, work: (sql: postgres.Sql) => Promise<void>) => {
    signal.throwIfAborted();
    const sql = await connect(options, timeoutMs);
    open.add(sql);
    const inTime = AbortSignal.timeout(TIMEOUTS * timeoutMs);
    try {
      await unlessAborted(work(sql), AbortSignal.any([signal, inTime]));
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, { place, table, within: inTime.aborted ? TIMEOUTS * timeoutMs : undefined });
    } finally {
      open.delete(sql);
      await sql.end({ timeout: signal.aborted || inTime.aborted ? 0 : 5 });
    }
  };
  return {
    name: `postgres ${place} ${table}`,
    check: (signal) => connected(signal, (sql) => lookAtTable(sql, table)),
    send: (event, signal) => connected(signal, (sql) => insertOrCreate(sql, table, event)),
    async close() {
      await Promise.all([...open].map((sql) => sql.end({ timeout: 0 })));
    },
  };
}

/** Until the connection stands, and for a statement or two: a server that hangs tells nobody. */
const TIMEOUTS = 2;

async function connect(options: PostgresEventsOptions, timeoutMs: number): Promise<postgres.Sql> {
  const { url, passwordFile, caFile } = options;
  const password = passwordFile === undefined ? undefined : await readSecretFile('password', passwordFile);
  const ca = caFile === undefined ? undefined : await readSettingsFile('certificate authority', caFile);
  try {
    return postgres(url, {
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ssl: verifying(ca, new URL(url).hostname) }),
      max: 1,
      connect_timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      prepare: false,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: 'winnow', statement_timeout: Math.ceil(timeoutMs) },
    });
  } catch {
    throw urlInvalid(); // the driver's own error holds the whole URL
  }
}

/** The driver names no host for an address, and Node would then compare the certificate with `localhost`. */
function verifying(ca: string, hostname: string): ConnectionOptions {
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    ca,
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  };
}

/** Its columns by name, and no rows. Who may insert need not be allowed to read, and the first event makes the table: both pass. */
async function lookAtTable(sql: postgres.Sql, table: string): Promise<void> {
  try {
    await sql`select time, cluster_name, type, level, payload from ${sql.unsafe(table)} limit 0`;
  } catch (error) {
    if (![UNDEFINED_TABLE, INSUFFICIENT_PRIVILEGE].includes(sqlStateOf(error) ?? '')) throw error;
  }
}

/** The insert comes first: who may only insert need not be allowed to create. */
async function insertOrCreate(sql: postgres.Sql, table: string, event: EventEnvelope): Promise<void> {
  try {
    await insert(sql, table, event);
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_TABLE) throw error;
    await create(sql, table);
    await insert(sql, table, event);
  }
}

async function insert(sql: postgres.Sql, table: string, { data }: EventEnvelope): Promise<void> {
  await sql`insert into ${sql.unsafe(table)} (time, cluster_name, type, level, payload)
    values (${data.time}::text::timestamptz, ${data.cluster_name}, ${data.type}, ${data.level},
      ${JSON.stringify(data)}::text::jsonb)`;
}

/** Under a lock: two that create at once meet in the catalogue, `if not exists` or not. */
async function create(sql: postgres.Sql, table: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(hashtext(${`winnow events ${table}`}::text))`;
    await transaction`create table if not exists ${transaction.unsafe(table)} (
      time timestamptz not null,
      cluster_name text,
      type text not null,
      level text not null,
      payload jsonb not null
    )`;
  });
}
