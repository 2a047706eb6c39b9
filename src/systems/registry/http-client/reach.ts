import { readUrl } from '../../../util/pure/read-url.ts';
import type { Connection, Security } from './connection.ts';
import { CERTIFICATE_CODES } from './connection-error.ts';
import { type Call, exchange, type RawAnswer } from './exchange.ts';
import { answerError, errandError, foreignText, RegistryError, redactUrl } from './registry-error.ts';
import type { RegistryAddress } from './registry-url.ts';
import { type RetryPolicy, withRetries } from './retry.ts';

/** A registry was found, and this is the way to it. */
export interface Reached {
  readonly connection: Connection;
  /** The `WWW-Authenticate` header of its 401; `undefined` when it lets anybody in. */
  readonly challenge: string | undefined;
}

export interface ReachSettings {
  /** See `mayBeInsecure`. */
  readonly insecureAllowed: boolean;
  readonly open: (security: Security) => Connection;
  readonly retry: RetryPolicy;
}

/** The second was the health check of old registries. */
const PING_PATHS = ['/', '/healthz'];
/** What a page of a user interface may have. */
const MAX_PING_BYTES = 1024 * 1024;

/**
 * Finds out how the registry is reached: by the scheme of the address, and no other; without one by HTTPS. Where that fails
 * and an insecure connection is allowed, by HTTPS without verification, then, if the address has no scheme, by plain HTTP.
 * The ping is `oc`'s: `/`, and `/healthz` when that is not answered with 200; then `/v2/` must answer as a registry does.
 * No credentials are sent.
 *
 * @throws {@link RegistryError} REGISTRY_UNREACHABLE, REGISTRY_PLAIN_HTTP, REGISTRY_TLS_…, REGISTRY_NOT_A_REGISTRY …
 */
export async function reach(address: RegistryAddress, settings: ReachSettings, signal: AbortSignal): Promise<Reached> {
  const failures: RegistryError[] = [];
  for (const security of waysTo(address, settings.insecureAllowed)) {
    const last = failures.at(-1);
    // Without verification only such a certificate makes a difference.
    if (security === 'unverified' && (last === undefined || !CERTIFICATE_CODES.has(last.code))) continue;
    const connection = settings.open(security);
    try {
      const failure = await ping(connection, settings.retry.totalMs, signal);
      if (failure === undefined)
        return { connection, challenge: await askRegistry(connection, settings.retry, signal) };
      failures.push(failure);
    } catch (error) {
      await connection.close();
      throw error;
    }
    await connection.close();
  }
  throw together(failures);
}

function waysTo(address: RegistryAddress, insecureAllowed: boolean): readonly Security[] {
  if (address.scheme === 'http') return ['plain'];
  if (!insecureAllowed) return ['verified'];
  return address.scheme === 'https' ? ['verified', 'unverified'] : ['verified', 'unverified', 'plain'];
}

/** @returns why nothing was reached; `undefined` when something that speaks HTTP is there, whatever it says. */
async function ping(connection: Connection, totalMs: number, signal: AbortSignal): Promise<RegistryError | undefined> {
  for (const path of PING_PATHS) {
    try {
      const answer = await get(connection, path, totalMs, signal);
      if (connection.security === 'plain' && saysItWantsTls(answer)) return wantsTls(answer);
      if (answer.status === 200) return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RegistryError)) throw error;
      // A large page is an answer, too.
      if (error.code !== 'REGISTRY_TOO_LARGE') return explained(error, connection);
    }
  }
  return undefined;
}

function get(connection: Connection, path: string, totalMs: number, signal: AbortSignal): Promise<RawAnswer> {
  const call: Call = {
    doing: 'reaching the registry',
    method: 'GET',
    target: path,
    headers: {},
    maxBytes: MAX_PING_BYTES,
    isAnswer: () => true,
  };
  return exchange(connection, call, Date.now() + totalMs, signal);
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support */
async function askRegistry(
  connection: Connection,
  retry: RetryPolicy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await withRetries(
    async () => {
      const raw = await get(connection, '/v2/', retry.totalMs, signal);
      if (raw.status === 429 || raw.status >= 500)
        throw answerError(errandOf(raw), failed(raw), { conceal: (text) => text });
      return raw;
    },
    retry,
    { mayRepeat: true },
    signal,
  );
  const isPage = (answer.headers['content-type'] ?? '').startsWith('text/html');
  if (answer.status === 200 && !isPage) return undefined;
  if (answer.status === 401) return answer.headers['www-authenticate'] ?? '';
  throw notARegistry(answer);
}

function notARegistry(answer: RawAnswer): RegistryError {
  const location = answer.headers['location'];
  const target = location === undefined ? undefined : readUrl(location, answer.url);
  const words =
    target !== undefined
      ? `it redirects to ${redactUrl(target.href)}`
      : `it answered ${answer.status}${answer.status === 200 ? ' with a web page' : ''}, which no registry does`;
  return errandError('REGISTRY_NOT_A_REGISTRY', errandOf(answer), words, {
    status: answer.status,
    ...(target === undefined ? {} : { hint: `give the address that it redirects to: ${redactUrl(target.origin)}` }),
  });
}

/** The words of Go's server, and of nginx. */
const WANTS_TLS = /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)/i;

function saysItWantsTls(answer: RawAnswer): boolean {
  return answer.status === 400 && WANTS_TLS.test(Buffer.from(answer.bytes).toString('latin1'));
}

function wantsTls(answer: RawAnswer): RegistryError {
  const said = foreignText(
    Buffer.from(answer.bytes)
      .toString('utf8')
      .replace(/<[^>]*>/g, ' '),
    120,
  );
  return errandError('REGISTRY_SPEAKS_TLS', errandOf(answer), `${answer.status} (${said})`, { status: answer.status });
}

function explained(error: RegistryError, connection: Connection): RegistryError {
  if (error.code !== 'REGISTRY_CONNECTION_LOST' || connection.security !== 'plain') return error;
  return new RegistryError(error.code, error.message, {
    hint: 'the server may speak TLS: give the address with https:// or without a scheme',
    ...(error.request === undefined ? {} : { request: error.request }),
    temporary: true,
    cause: error.cause,
  });
}

function errandOf(answer: RawAnswer) {
  return { doing: 'reaching the registry', method: 'GET', url: answer.url };
}

function failed(answer: RawAnswer) {
  return { status: answer.status, headers: answer.headers, body: answer.bytes };
}

/** Every way failed: the first one's code, unless it only says that the next was the right one. */
function together(failures: readonly RegistryError[]): RegistryError {
  const [first, ...others] = failures;
  const last = others.at(-1);
  if (first === undefined) throw new Error('no way to the registry was tried');
  if (last === undefined) return first;
  const main = first.code === 'REGISTRY_PLAIN_HTTP' ? last : first;
  return new RegistryError(main.code, failures.map(({ message }) => message).join('; then '), {
    ...(main.hint === undefined ? {} : { hint: main.hint }),
    temporary: main.temporary,
    cause: main,
  });
}
