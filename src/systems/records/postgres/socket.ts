import { connect, type Socket } from 'node:net';
import { ReadingStopped } from '../errors.ts';
import type { PostgresTarget } from './connection-settings.ts';
import { type Protection, secure } from './tls.ts';

/** A connected socket, secured as asked; or the attempt at one, which can be given up at any time. */
export interface OpeningSocket {
  readonly ready: Promise<Socket>;
  /** Ends it at once, without a word to the server. */
  destroy(): void;
}

export function openSocket(target: PostgresTarget, protection: Protection | undefined): OpeningSocket {
  const { host, port } = target;
  const raw = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  let current: Socket = raw;
  const ready = async () => {
    await connected(raw);
    if (protection !== undefined) current = await secure(raw, host, protection);
    return current;
  };
  return {
    ready: ready(),
    destroy: () => {
      current.destroy();
      raw.destroy();
    },
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new ReadingStopped('the connection was closed')));
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
