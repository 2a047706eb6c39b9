import type postgres from 'postgres';
import { historyError } from '../errors.ts';
import { type PostgresHistoryOptions, prepareConnections } from './connection.ts';
import { explained } from './failures.ts';
import type { Query, SqlValue } from './query.ts';
import { migrate } from './schema.ts';

/** The database, by a few connections that are opened when they are needed and again when they were lost. */
export interface Database {
  readonly name: string;
  /** @param doing - for messages: `reading a run` */
  all<Row>(doing: string, text: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>;
  first<Row>(doing: string, text: string, ...values: readonly SqlValue[]): Promise<Row | undefined>;
  /** Does several things at once, or none of them. */
  atOnce<Value>(doing: string, work: (query: Query) => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
}

/** Beyond the statement's own time: how long a server may be silent that should have ended it itself. */
const GRACE_MS = 5000;

/** Connects, and makes or renews the tables. */
export async function openDatabase(options: PostgresHistoryOptions): Promise<Database> {
  const { name, timeoutMs, connect } = await prepareConnections(options);
  let sql = connect();
  let closed = false;

  /** The network is silent: connections that hang would hang for a quarter of an hour. All are given up. */
  const renew = (old: postgres.Sql) => {
    if (old !== sql || closed) return;
    sql = connect();
    void old.end({ timeout: 0 });
  };
  const guarded = async <Value>(doing: string, work: (sql: postgres.Sql, watch: Watch) => Promise<Value>) => {
    if (closed) throw historyError('HISTORY_UNAVAILABLE', `${doing} in the ${name}: it was closed`);
    const mine = sql;
    const watch = startWatch(timeoutMs + GRACE_MS, () => renew(mine));
    try {
      return await work(mine, watch);
    } catch (failure) {
      throw explained(doing, name, failure);
    } finally {
      watch.pause();
    }
  };
  const all = <Row>(doing: string, text: string, ...values: readonly SqlValue[]) =>
    guarded(doing, (mine) => mine.unsafe(text, asParameters(values)) as unknown as Promise<readonly Row[]>);

  const database: Database = {
    name,
    all,
    first: async <Row>(doing: string, text: string, ...values: readonly SqlValue[]) =>
      (await all<Row>(doing, text, ...values))[0],
    atOnce: <Value>(doing: string, work: (query: Query) => Promise<Value>) =>
      guarded(doing, (mine, watch) => transact(mine, watch, work)),
    async close() {
      closed = true;
      await sql.end({ timeout: 5 });
    },
  };
  try {
    await database.atOnce('making the tables of the history', (query) => migrate(query, name));
  } catch (failure) {
    await database.close();
    throw failure;
  }
  return database;
}

/**
 * Whoever feeds a transaction may take their time; the server may not.
 *
 * The driver dies of a statement that it sends on a connection that is gone, and after a failure it sends a ROLLBACK. So nothing is sent
 * any more, and the driver is told nothing, once the connection is lost.
 */
function transact<Value>(sql: postgres.Sql, watch: Watch, work: (query: Query) => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    let isLost = false;
    const fed = async (transaction: postgres.TransactionSql): Promise<Value> => {
      watch.pause();
      const value = await work(async <Row>(text: string, values: readonly SqlValue[] = []) => {
        if (isLost) throw historyError('HISTORY_UNAVAILABLE', 'writing to the database: the connection was lost');
        watch.begin();
        const rows = await transaction.unsafe(text, asParameters(values));
        watch.pause();
        return rows as unknown as readonly Row[];
      });
      watch.begin();
      return value;
    };
    const guardedFeed = (transaction: postgres.TransactionSql) =>
      new Promise<Value>((done, failed) => {
        fed(transaction).then(
          (value) => {
            if (!isLost) done(value);
          },
          (failure: unknown) => {
            if (isLost || isOfConnection(failure)) reject(failure);
            else failed(failure);
          },
        );
      });
    sql.begin(guardedFeed).then(
      (value) => resolve(value as Value),
      (failure: unknown) => {
        isLost = true;
        reject(failure);
      },
    );
  });
}

/** What the driver or the network say, not the server. */
function isOfConnection(failure: unknown): boolean {
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  return /^(?:CONNECTION_|CONNECT_|E[A-Z]+$)/.test(code);
}

function asParameters(values: readonly SqlValue[]): postgres.ParameterOrJSON<never>[] {
  return values.map((value) => (Array.isArray(value) ? JSON.stringify(value) : value)) as string[];
}

interface Watch {
  begin(): void;
  pause(): void;
}

function startWatch(limitMs: number, onSilence: () => void): Watch {
  let timer = setTimeout(onSilence, limitMs);
  return {
    begin() {
      clearTimeout(timer);
      timer = setTimeout(onSilence, limitMs);
    },
    pause: () => clearTimeout(timer),
  };
}
