import type { RecordSource } from '../contract.ts';
import { ReadingStopped } from '../errors.ts';
import { checkColumns, type ResolvedMapping } from '../mapping.ts';
import type { PostgresRecords, RecordsPlace } from '../settings.ts';
import { type Reading, recordSource } from '../survey.ts';
import { type PostgresTarget, postgresTarget, requirePostgresUrl } from './connection-settings.ts';
import { postgresFailure } from './failure.ts';
import { openSession, type Rows, type Session } from './session.ts';

const BATCH_ROWS = 1000;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;
/** The server's own time-out should come first: it says more, and ends the work there. */
const GRACE_MS = 5000;
const CANCEL_MS = 2000;
const ROLLBACK_MS = 1000;

const DECLARE = 'declare winnow_records no scroll cursor for\n';
const FETCH = `fetch forward ${BATCH_ROWS} from winnow_records`;

/**
 * Records from PostgreSQL: one query in one repeatable-read, read-only transaction, so that all rows are of one moment.
 *
 * @throws RECORDS_SETTINGS_INVALID when the URL is none.
 */
export function openPostgresRecords(settings: PostgresRecords, place: RecordsPlace): RecordSource {
  requirePostgresUrl(settings.url);
  return recordSource('postgres', place, settings.mapping, (reading) => readRows(settings, reading));
}

async function* readRows(
  settings: PostgresRecords,
  { mapping, signal, hider }: Reading,
): AsyncGenerator<readonly unknown[]> {
  const target = await postgresTarget(settings, hider);
  const session = await openSession(target);
  const timeoutMs = settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const begin = runner(session, target.shown, settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  const run = runner(session, target.shown, timeoutMs + GRACE_MS);
  const backend: { pid?: unknown } = {};
  const stopWatching = endWhenAborted(session, target, backend, signal);
  try {
    // Connects, too. A transaction pooler hands out one server connection from here to the end.
    await begin('connecting', 'begin isolation level repeatable read read only');
    await run('setting the time-out', `set local statement_timeout = ${Math.round(timeoutMs)}`);
    await run('planning for all rows', 'set local cursor_tuple_fraction = 1');
    backend.pid = (await run('asking for the process', 'select pg_backend_pid() as pid'))[0]?.['pid'];
    await run('running the query', `${DECLARE}${settings.query}`, DECLARE.length);
    yield* fetchAll(run, mapping);
    await run('ending the transaction', 'commit');
  } finally {
    stopWatching();
    if (!signal.aborted) {
      await session.rollback(ROLLBACK_MS);
      session.close();
    }
  }
}

async function* fetchAll(run: Run, mapping: ResolvedMapping): AsyncGenerator<Rows> {
  let rows = await run('fetching rows', FETCH);
  const names = rows.columns.map((column) => column.name);
  checkColumns(names, mapping);
  while (rows.length > 0) {
    yield rows;
    rows = await run('fetching rows', FETCH);
  }
}

type Run = (what: string, statement: string, queryStart?: number) => Promise<Rows>;

function runner(session: Session, shown: string, timeoutMs: number): Run {
  return async (what, statement, queryStart = 0) => {
    const doing = `reading records from ${shown}: ${what}`;
    try {
      return await session.run(statement, timeoutMs);
    } catch (error) {
      if (error instanceof ReadingStopped)
        throw new ReadingStopped(
          `${doing}: ${error.message}`,
          'Check that the server runs and can be reached from here.',
        );
      throw postgresFailure(error, doing, queryStart);
    }
  };
}

/**
 * On abort ends the connection, and the statement that runs as well: a server notices only when it next writes that nobody
 * listens any more. @returns stops watching the signal
 */
function endWhenAborted(
  session: Session,
  target: PostgresTarget,
  backend: { readonly pid?: unknown },
  signal: AbortSignal,
): () => void {
  const end = async () => {
    if (session.isRunning() && typeof backend.pid === 'number') await cancel(target, backend.pid);
    session.close();
  };
  const onAbort = () => void end();
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}

/** Best effort, by a session of its own: a user may cancel what runs under the same name. */
async function cancel(target: PostgresTarget, pid: number): Promise<void> {
  const session = await openSession(target);
  await session.run(`select pg_cancel_backend(${pid})`, CANCEL_MS).catch(() => {}); // then the statement time-out ends it
  session.close();
}
