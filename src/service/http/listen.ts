import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { messageOf } from '../../util/pure/coded-error.ts';
import { ServiceError } from '../errors.ts';
import type { ServiceEnv } from './parts.ts';

/** What is under way at the end has so long. */
const DRAIN_MS = 10_000;
const MOST_HEADER_BYTES = 16 * 1024;
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const KEEP_ALIVE_MS = 15_000;
const MOST_CONNECTIONS = 1000;

/** A server that answers. */
export interface Listening {
  readonly host: string;
  /** The one that was asked for, or for 0 the one that was free. */
  readonly port: number;
  /** Takes no more connections, lets what is under way end for {@link DRAIN_MS}, then cuts it off. */
  close(): Promise<void>;
}

/** @throws SERVE_ADDRESS_IN_USE, SERVE_ADDRESS_UNUSABLE */
export async function listen(
  app: Hono<ServiceEnv>,
  { host, port }: { readonly host: string; readonly port: number },
  drainMs = DRAIN_MS,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env as ServiceEnv['Bindings']),
    overrideGlobalObjects: false,
    serverOptions: {
      ...{ maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: HEADERS_WITHIN_MS, requestTimeout: REQUEST_WITHIN_MS },
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: 5000 },
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  const silent = silentConnections(server);
  await begin(server, host, port);
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => end(server, silent, drainMs),
  };
}

async function begin(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (failure: NodeJS.ErrnoException) => {
      const isUsed = failure.code === 'EADDRINUSE';
      const code = isUsed ? 'SERVE_ADDRESS_IN_USE' : 'SERVE_ADDRESS_UNUSABLE';
      // `listen EADDRNOTAVAIL: address not available 192.0.2.1`
      const why = isUsed ? 'something else listens there' : messageOf(failure).replace(/^listen [A-Z0-9_]+: /, '');
      reject(new ServiceError(code, `listening at ${host}:${port}: ${why}`, { cause: failure }));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function end(server: Server, silent: ReadonlySet<Socket>, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const closeIdle = () => {
    server.closeIdleConnections();
    for (const socket of silent) socket.destroy();
  };
  closeIdle();
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  // A connection that was kept alive becomes idle once its request is answered.
  const idle = setInterval(closeIdle, 100);
  await closed;
  clearTimeout(cut);
  clearInterval(idle);
}

/** Connections over which nothing was asked yet: browsers open some in advance. For Node they are not idle. */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}
