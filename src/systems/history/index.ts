import type { History } from './contract.ts';
import { memoryHistory } from './memory/memory-history.ts';
import type { PostgresHistoryOptions } from './postgres/connection.ts';

export { openStates, runStates } from './run.ts';
export type { PostgresHistoryOptions };

/** Where the service can keep its history, each with the function that opens it. */
export const histories = {
  /** Below a state directory: one process writes, others may read. Its driver is loaded when it is asked for. */
  libsql: async (stateDir: string): Promise<History> =>
    (await import('./libsql/libsql-history.ts')).libsqlHistory(stateDir),
  /** In a database that several replicas share. Its driver is loaded when it is asked for. */
  postgres: async (options: PostgresHistoryOptions): Promise<History> =>
    (await import('./postgres/postgres-history.ts')).postgresHistory(options),
  /** Gone with the process: for tests. */
  memory: memoryHistory,
} as const;
