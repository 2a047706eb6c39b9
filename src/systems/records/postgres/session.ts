import { connect as connectSocket, type Socket } from 'node:net';
import postgres from 'postgres';
import { ReadingStopped } from '../errors.ts';
import type { PostgresTarget } from './connection-settings.ts';
import { sslOption } from './tls.ts';

export interface Rows extends ReadonlyArray<Readonly<Record<string, unknown>>> {
  readonly columns: readonly { readonly name: string }[];
}

/** One connection, which is never replaced by another: a transaction can't go on in a second one. */
export interface Session {
  /** Runs one statement. @throws errors of the server, the driver and the socket as they are, ReadingStopped for a time-out */
  run(statement: string, timeoutMs: number): Promise<Rows>;
  /** Asks the server to give up the statement that runs. Best effort: where that fails, {@link close} ends it all the same. */
  cancel(): Promise<void>;
  close(): void;
}

/**
 * Prepares a session; the connection is made by the first statement.
 *
 * The sockets are ours: so they can be destroyed at once, and the driver's own way of connecting again for ever is barred.
 */
export async function openSession(target: PostgresTarget): Promise<Session> {
  const sockets = new Set<Socket>();
  let mayConnect = 1;
  const ssl = await sslOption(target);
  const socket = () => {
    if (mayConnect === 0) throw new ReadingStopped('the connection was lost');
    mayConnect -= 1;
    return openSocket(target, sockets);
  };
  const options = {
    ...{
      host: target.host,
      port: target.port,
      user: target.user,
      database: target.database,
      password: target.password,
    },
    ...{
      ssl,
      socket,
      max: 1,
      prepare: false,
      fetch_types: false,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 0,
    },
    connection: { application_name: 'winnow' },
    onnotice: () => {},
  };
  const client = postgres(options);
  let running: postgres.PendingQuery<postgres.Row[]> | undefined;

  function close(): void {
    for (const socket of sockets) socket.destroy();
    void client.end({ timeout: 0 });
  }

  async function run(statement: string, timeoutMs: number): Promise<Rows> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ReadingStopped(`no answer came within ${timeoutMs} ms`)), timeoutMs);
    });
    // `simple: false`: the extended protocol takes one statement alone.
    running = client.unsafe(statement, [], { simple: false } as postgres.UnsafeQueryOptions);
    try {
      return (await Promise.race([running, late])) as unknown as Rows;
    } finally {
      clearTimeout(timer);
      running = undefined;
    }
  }

  async function cancel(): Promise<void> {
    if (running === undefined) return;
    mayConnect += 1; // cancelling has a connection of its own
    await Promise.resolve(running.cancel()).catch(() => {});
  }

  return { run, cancel, close };
}

function openSocket(target: PostgresTarget, sockets: Set<Socket>): Promise<Socket> {
  const { host, port } = target;
  const socket = host.startsWith('/') ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // The driver takes the name for the certificate from here.
      resolve(Object.assign(socket, { host, port }));
    });
    socket.once('close', () => reject(new ReadingStopped('the connection was closed')));
  });
}
