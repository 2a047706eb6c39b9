import postgres from 'postgres';
import { ReadingStopped } from '../errors.ts';
import type { PostgresTarget } from './connection-settings.ts';
import { type OpeningSocket, openSocket } from './socket.ts';
import { protectionOf } from './tls.ts';

export interface Rows extends ReadonlyArray<Readonly<Record<string, unknown>>> {
  readonly columns: readonly { readonly name: string }[];
}

/** One connection, which is never replaced by another: a transaction can't go on in a second one. */
export interface Session {
  /** Runs one statement. @throws errors of the server, the driver and the socket as they are, ReadingStopped for a time-out */
  run(statement: string, timeoutMs: number): Promise<Rows>;
  /** Whether a statement is on its way. */
  isRunning(): boolean;
  /** Ends a transaction that is still open and whose connection answers. Poolers like it better than a hang-up; that is all. */
  rollback(timeoutMs: number): Promise<void>;
  close(): void;
}

/**
 * Prepares a session; the connection is made by the first statement.
 *
 * The socket is ours: so it can be destroyed at once, TLS is as strict as libpq's, and the driver's way of connecting again
 * and again, for ever where a server hangs up without a word, is barred.
 *
 * @throws RECORDS_SECRET_UNREADABLE for the CA file
 */
export async function openSession(target: PostgresTarget): Promise<Session> {
  const protection = await protectionOf(target);
  let opening: OpeningSocket | undefined;
  const client = postgres({
    ...{
      host: target.host,
      port: target.port,
      user: target.user,
      database: target.database,
      password: target.password,
    },
    ...{
      max: 1,
      prepare: false,
      fetch_types: false,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 0,
      ssl: false,
    },
    // Not among the driver's types, but in its documentation.
    ...{
      socket: () => {
        if (opening !== undefined) throw new ReadingStopped('the connection was lost');
        opening = openSocket(target, protection);
        return opening.ready;
      },
    },
    connection: { application_name: 'winnow' },
    onnotice: () => {},
  });
  let isRunning = false;
  let inTransaction = false;

  async function run(statement: string, timeoutMs: number): Promise<Rows> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ReadingStopped(`no answer came within ${timeoutMs} ms`)), timeoutMs);
    });
    isRunning = true;
    try {
      // `simple: false`: the extended protocol takes one statement alone.
      const query = client.unsafe(statement, [], { simple: false } as postgres.UnsafeQueryOptions);
      const rows = (await Promise.race([query, late])) as unknown as Rows;
      inTransaction = statement !== 'commit' && statement !== 'rollback';
      return rows;
    } catch (error) {
      // Where the server itself has answered, the connection is good. In all other cases nobody knows.
      inTransaction = inTransaction && error instanceof postgres.PostgresError;
      throw error;
    } finally {
      clearTimeout(timer);
      isRunning = false;
    }
  }

  return {
    run,
    isRunning: () => isRunning,
    async rollback(timeoutMs) {
      if (inTransaction) await run('rollback', timeoutMs).catch(() => {}); // then hanging up does it
    },
    close() {
      opening?.destroy();
      void client.end({ timeout: 0 });
    },
  };
}
