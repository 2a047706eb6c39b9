import { readFile } from 'node:fs/promises';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import postgres from 'postgres';
import { readUrl } from '../../../util/pure/read-url.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { historyError } from '../errors.ts';

export interface PostgresHistoryOptions {
  /** `postgres://user[:password]@host[:port]/database[?sslmode=…]`: the server itself, or a pooler in session mode. */
  readonly url: string;
  /** Where the URL has no password: a file whose first line is it. It is read again for each connection. */
  readonly passwordFile?: string;
  /** PEM: the authority of the server's certificate, which is then verified. */
  readonly caFile?: string;
  /** For connecting, and for each statement. Default: 20 s. */
  readonly timeoutMs?: number;
  /** Default: 5. */
  readonly mostConnections?: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;

/** How to open connections, with everything read that can be read before. @throws HISTORY_SETTINGS_INVALID */
export async function prepareConnections(options: PostgresHistoryOptions): Promise<{
  readonly name: string;
  readonly timeoutMs: number;
  connect(): postgres.Sql;
}> {
  const { url, passwordFile, caFile, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const name = `database ${placeOf(url)}`;
  const ca = caFile === undefined ? undefined : await readSettings('certificate authority', caFile);
  let password = passwordFile === undefined ? undefined : await readPassword(passwordFile);
  const renewedPassword = async (path: string) => {
    // the driver cannot bear a failure here: the last one is tried, and the server says what it thinks of it
    password = await readPassword(path).catch(() => password);
    return password ?? '';
  };
  const connect = () =>
    postgres(url, {
      ...(passwordFile === undefined ? {} : { password: () => renewedPassword(passwordFile) }),
      ...(ca === undefined ? {} : { ssl: verifying(ca, new URL(url).hostname) }),
      max: options.mostConnections ?? 5,
      idle_timeout: 60,
      connect_timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      backoff: false, // who asks again waits by itself
      prepare: false,
      fetch_types: false,
      onnotice: () => {},
      // counts and bytes are whole numbers below 2^53
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
      connection: { application_name: 'winnow history', statement_timeout: Math.ceil(timeoutMs) },
    });
  try {
    await connect().end({ timeout: 0 });
  } catch {
    throw urlInvalid(); // the driver's own error holds the whole URL
  }
  return { name, timeoutMs, connect };
}

/** `host[:port]/database`, without credentials. */
function placeOf(url: string): string {
  if (readUrl(url) === undefined) throw urlInvalid();
  const { protocol, host, pathname } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw urlInvalid();
  return `${host}${pathname}`;
}

/** Without the URL: it may hold a password. */
function urlInvalid() {
  return historyError('HISTORY_SETTINGS_INVALID', 'reading the URL of the database for the history: it is not one', {
    hint: 'Write it as postgres://user@host:5432/database, with special characters percent-encoded.',
  });
}

async function readPassword(path: string): Promise<string> {
  const password = (await readSettings('password', path)).split(/\r?\n/, 1)[0]?.trim() ?? '';
  if (password !== '') return password;
  throw historyError('HISTORY_SETTINGS_INVALID', `reading the password from ${path}: its first line is empty`);
}

async function readSettings(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    const message = `reading the ${what} from ${path}: ${failureWords(failure)}`;
    throw historyError('HISTORY_SETTINGS_INVALID', message, { cause: failure });
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
