import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ReadingStopped, recordsError } from '../errors.ts';
import { readSettingsFile } from '../secrets.ts';
import type { PostgresTarget } from './connection-settings.ts';

/** How to secure a connection: not at all, only if the server can, or with these options. */
export interface Protection {
  readonly ifPossible: boolean;
  readonly options: ConnectionOptions;
}

/**
 * What a mode means, as in libpq: `prefer` and `require` verify nothing, but `require` with a CA file is `verify-ca`.
 *
 * @returns undefined for no TLS
 * @throws RECORDS_SECRET_UNREADABLE
 * @see https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export async function protectionOf(target: PostgresTarget): Promise<Protection | undefined> {
  const { host, sslMode, caFile } = target;
  if (host.startsWith('/') || sslMode === 'disable') return undefined;
  if (sslMode === 'prefer') return { ifPossible: true, options: { rejectUnauthorized: false } };
  if (sslMode === 'require' && caFile === undefined)
    return { ifPossible: false, options: { rejectUnauthorized: false } };
  const ca = caFile === undefined ? {} : { ca: await readSettingsFile('certificate authority', caFile) };
  const anyHost = sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined };
  return { ifPossible: false, options: { rejectUnauthorized: true, ...ca, ...anyHost } };
}

/** Length 8 and the code 80877103. @see https://www.postgresql.org/docs/15/protocol-message-formats.html (SSLRequest) */
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/**
 * Asks the server for TLS and starts it.
 *
 * @returns the socket to go on with: the same one where the server has no TLS and need not
 * @throws RECORDS_TLS_FAILED where it has none but must, and errors of the handshake as they are
 */
export async function secure(socket: Socket, host: string, protection: Protection): Promise<Socket> {
  const answer = await ask(socket);
  // More than the one byte could be a man in the middle who smuggles in plain text (CVE-2021-23222).
  if (answer.length === 1 && answer[0] === 'S'.charCodeAt(0)) return shakeHands(socket, host, protection.options);
  if (answer.length === 1 && answer[0] === 'N'.charCodeAt(0)) {
    if (protection.ifPossible) return socket;
    throw recordsError(
      'RECORDS_TLS_FAILED',
      'the server has no TLS',
      'Enable TLS on the server; or allow to go without: sslmode=prefer.',
    );
  }
  // An error message: the server is too full, or about to stop.
  if (answer[0] === 'E'.charCodeAt(0)) throw new ReadingStopped('the server refused the connection before TLS');
  throw recordsError('RECORDS_TLS_FAILED', 'the server does not answer as PostgreSQL does when asked for TLS');
}

function ask(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new ReadingStopped('the connection was closed when TLS was asked for'));
    socket.once('error', reject);
    socket.once('close', lost);
    socket.once('data', (answer) => {
      socket.off('error', reject);
      socket.off('close', lost);
      resolve(answer);
    });
    socket.write(SSL_REQUEST);
  });
}

function shakeHands(socket: Socket, host: string, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // `host` is what the certificate is checked against; without it an IP address would be checked as `localhost`.
    const secured = connect({ ...options, socket, host, ALPNProtocols: ['postgresql'] });
    secured.once('error', reject);
    secured.once('close', () => reject(new ReadingStopped('the connection was closed during the TLS handshake')));
    secured.once('secureConnect', () => {
      secured.off('error', reject);
      resolve(secured);
    });
  });
}
