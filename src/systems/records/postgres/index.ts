import type { RecordSource } from '../contract.ts';
import { ReadingStopped } from '../errors.ts';
import { checkColumns } from '../mapping.ts';
import type { PostgresRecords, RecordsPlace } from '../settings.ts';
import { type Reading, recordSource } from '../survey.ts';
import { parsePostgresUrl, postgresTarget } from './connection-settings.ts';
import { postgresFailure } from './failure.ts';
import { openSession, type Rows, type Session } from './session.ts';

const BATCH_ROWS = 1000;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;
/** The server's own time-out should come first: it says more, and ends the work there. */
const GRACE_MS = 5000;
const CANCEL_MS = 2000;

const DECLARE = 'declare winnow_records no scroll cursor for\n';
const FETCH = `fetch forward ${BATCH_ROWS} from winnow_records`;

/**
 * Records from PostgreSQL: one query in one repeatable-read, read-only transaction, so that all rows are of one moment.
 *
 * @throws RECORDS_SETTINGS_INVALID when the URL is none.
 */
export function openPostgresRecords(settings: PostgresRecords, place: RecordsPlace): RecordSource {
  parsePostgresUrl(settings.url);
  return recordSource('postgres', place, settings.mapping, (reading) => readRows(settings, reading));
}

async function* readRows(
  settings: PostgresRecords,
  { mapping, signal, hider }: Reading,
): AsyncGenerator<readonly unknown[]> {
  const target = await postgresTarget(settings, hider);
  const session = await openSession(target);
  const stopWatching = endWhenAborted(session, signal);
  const timeoutMs = settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const run = runner(session, target.shown, timeoutMs + GRACE_MS);
  try {
    // Connects, too. A transaction pooler hands out one server connection from here to the commit.
    const begin = runner(session, target.shown, settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    await begin('connecting', 'begin isolation level repeatable read read only');
    await run('setting the time-out', `set local statement_timeout = ${Math.round(timeoutMs)}`);
    await run('planning for all rows', 'set local cursor_tuple_fraction = 1');
    await run('running the query', `${DECLARE}${settings.query}`, DECLARE.length);
    let names: readonly string[] | undefined;
    for (;;) {
      const rows = await run('fetching rows', FETCH);
      if (names === undefined) {
        names = rows.columns.map((column) => column.name);
        checkColumns(names, mapping);
      }
      if (rows.length === 0) break;
      yield rows;
    }
    await run('ending the transaction', 'commit');
  } finally {
    stopWatching();
    session.close();
  }
}

function runner(session: Session, shown: string, timeoutMs: number) {
  return async (what: string, statement: string, queryStart = 0): Promise<Rows> => {
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

/** Ends the query on the server as well as the connection. @returns stops watching the signal */
function endWhenAborted(session: Session, signal: AbortSignal): () => void {
  const end = () => {
    const timer = setTimeout(session.close, CANCEL_MS);
    void session.cancel().finally(() => {
      clearTimeout(timer);
      session.close();
    });
  };
  signal.addEventListener('abort', end, { once: true });
  return () => signal.removeEventListener('abort', end);
}
