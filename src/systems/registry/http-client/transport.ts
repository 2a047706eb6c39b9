import { setMaxListeners } from 'node:events';
import { createLimit } from '../../../util/limit.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import { fetchToken } from './bearer-token.ts';
import { openConnection } from './connection.ts';
import { openCredentials } from './credentials.ts';
import type { Call } from './exchange.ts';
import { mayBeInsecure } from './insecure-permission.ts';
import { type Reached, reach } from './reach.ts';
import { answerError, RegistryError } from './registry-error.ts';
import { parseRegistryUrl } from './registry-url.ts';
import type { RetryPolicy } from './retry.ts';
import { loadTls } from './tls.ts';
import type { OpenTransport, RegistryRequest, RegistryResponse } from './transport-contract.ts';
import { openWire, type Wire } from './wire.ts';

export interface TransportSettings {
  /** `host[:port]`, with `https://` or `http://` before it to bind the scheme. */
  readonly url: string;
  /** `--force-insecure`: certificates need not be valid, and plain HTTP is allowed where the URL names no scheme. */
  readonly insecure?: boolean;
  /** `--certificate-authority`: a PEM file, trusted besides the system's roots. Rules every insecure connection out. */
  readonly caFile?: string;
  /** A client certificate and its key, PEM; both or neither. */
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly username?: string;
  readonly password?: string;
  /** Instead of the password: a file that holds it, or a token. */
  readonly passwordFile?: string;
  /** Docker or podman configuration files, or mounted pull secrets; searched before the usual places. */
  readonly credentialFiles?: readonly string[];
  /** Requests at a time; 8. */
  readonly concurrency?: number;
  /** For the headers of an answer, and again for each pause in its body; 30 s. */
  readonly timeoutMs?: number;
  /** Repeated attempts after the first; 4. */
  readonly retries?: number;
  /** No attempt starts later than this after a request's first, and no answer takes longer to come; 2 min. */
  readonly totalMs?: number;
  readonly userAgent?: string;
  /** From 0 up to 1. */
  readonly random?: () => number;
  /** UTC milliseconds since 1970. */
  readonly now?: () => number;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Connects to a registry: finds the scheme, checks that it is one, and learns how it wants to be asked. Credentials are looked
 * for when the registry first asks for some.
 *
 * @param signal - ends the opening; each request has its own.
 * @throws RegistryError: REGISTRY_URL_INVALID, REGISTRY_SETTINGS_INVALID, REGISTRY_TLS_…, REGISTRY_UNREACHABLE,
 *   REGISTRY_NOT_A_REGISTRY …; the signal's reason.
 */
export async function openTransport(settings: TransportSettings, signal: AbortSignal): Promise<OpenTransport> {
  const { env = process.env, concurrency = 8, timeoutMs = 30_000, insecure = false, caFile } = settings;
  const address = parseRegistryUrl(settings.url);
  const insecureAllowed = mayBeInsecure(address, { insecure, caFile });
  const tls = await loadTls(settings);
  const retry: RetryPolicy = {
    attempts: (settings.retries ?? 4) + 1,
    totalMs: settings.totalMs ?? 120_000,
    random: settings.random ?? Math.random,
    now: settings.now ?? Date.now,
  };
  const open = (security: Reached['connection']['security']) =>
    openConnection({ host: address.host, security, tls, connections: concurrency, timeoutMs, env });
  const { connection, challenge } = await reach(address, { insecureAllowed, open, retry }, signal);

  const lifetime = new AbortController();
  setMaxListeners(0, lifetime.signal);
  const credentials = openCredentials(
    { ...settings, host: address.host, files: settings.credentialFiles ?? [], env },
    lifetime.signal,
  );
  const wire: Wire = openWire({ connection, retry, conceal: (text) => authorizer.conceal(text) });
  const tokenWire = { security: connection.security, perform: wire.perform, now: retry.now };
  const authorizer: Authorizer = createAuthorizer({
    host: address.host,
    credentials,
    fetchToken: (request) => fetchToken(request, tokenWire, lifetime.signal),
    now: retry.now,
  });
  if (challenge !== undefined) authorizer.learn(challenge);

  return {
    url: connection.url,
    host: address.host,
    security: connection.security,
    stats: wire.stats,
    send: inTurn(sender(wire, authorizer, connection.url, settings.userAgent ?? 'winnow'), concurrency),
    wayIn: authorizer.wayIn,
    describeAuth: authorizer.describe,
    clockSkewMs: () => skewOf(wire.lastDate()),
    async close() {
      lifetime.abort(new Error('the connection to the registry was closed'));
      await connection.close();
    },
  };
}

/**
 * Sends no more requests at a time than allowed. A request keeps its place while it waits to be repeated: a registry that limits
 * the rate means all requests, and this slows them all down.
 */
function inTurn(send: OpenTransport['send'], concurrency: number): OpenTransport['send'] {
  const limit = createLimit(concurrency);
  return (request, signal) => {
    // Every request under way listens, and Node takes more than ten for a leak.
    setMaxListeners(0, signal);
    return limit.run(() => send(request, signal), signal);
  };
}

function sender(wire: Wire, authorizer: Authorizer, url: string, userAgent: string): OpenTransport['send'] {
  return async (request, signal) => {
    const call = callOf(request, userAgent);
    let sent = await authorizer.headerFor(request, signal);
    for (let isRenewed = false; ; isRenewed = sent?.startsWith('Bearer ') === true) {
      const answer = await wire.perform({ ...call, authorization: sent }, signal);
      if (answer.status !== 401) return answer;
      const refused = { sent, isRenewed, challenge: answer.headers['www-authenticate'] ?? '' };
      const next = await authorizer.afterRefusal(request, refused, signal);
      if ('authorization' in next) sent = next.authorization;
      else if (request.accept?.includes(401) === true) return answer;
      else throw unauthorized(request, url, answer, authorizer.conceal, next.refusedBecause);
    }
  };
}

function callOf(request: RegistryRequest, userAgent: string): Call {
  const { accept } = request;
  return {
    doing: request.doing,
    method: request.method,
    target: request.path,
    headers: { 'user-agent': userAgent, ...request.headers },
    body: request.body,
    maxBytes: request.maxBytes,
    isAnswer: accept === undefined ? isRefusal : (status) => status === 401 || accept.includes(status),
  };
}

/** A 401 is for the authorizer to answer. */
function isRefusal(status: number): boolean {
  return status === 401;
}

function unauthorized(
  request: RegistryRequest,
  url: string,
  answer: RegistryResponse,
  conceal: (text: string) => string,
  why: string,
): RegistryError {
  const errand = { doing: request.doing, method: request.method, url: url + request.path };
  const error = answerError(errand, { status: 401, headers: answer.headers, body: answer.bytes }, { conceal });
  return new RegistryError('REGISTRY_UNAUTHORIZED', `${error.message}: ${why}`, {
    status: 401,
    specCodes: error.specCodes,
    ...(error.request === undefined ? {} : { request: error.request }),
  });
}

/** A `Date` header names the second that was under way: its middle is the best guess. */
function skewOf(last: ReturnType<Wire['lastDate']>): number | undefined {
  if (last === undefined) return undefined;
  const serverMs = Date.parse(last.header);
  return Number.isNaN(serverMs) ? undefined : serverMs + 500 - last.receivedAtMs;
}
