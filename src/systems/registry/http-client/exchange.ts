import type { Dispatcher } from 'undici';
import { readUrl } from '../../../util/pure/read-url.ts';
import type { Connection } from './connection.ts';
import { connectionError } from './connection-error.ts';
import { type Errand, errandError, MAX_ERROR_BODY_BYTES, redactUrl } from './registry-error.ts';
import type { RegistryRequest, RegistryResponse } from './transport-contract.ts';

/** One request on its way: all that is needed to put it on the wire once. */
export interface Call {
  readonly doing: string;
  readonly method: RegistryRequest['method'];
  /** Absolute, or path and query below the registry's base. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Goes to the call's own origin only. */
  readonly authorization?: string | undefined;
  readonly body?: Uint8Array | undefined;
  readonly maxBytes: number;
  /** Statuses that are an answer besides 2xx, when they come from the call's own origin. */
  readonly isAnswer: (status: number) => boolean;
}

/** What came back, from wherever redirects led. */
export interface RawAnswer extends RegistryResponse {
  /** Whether the caller gets it. Of all but 2xx only the first {@link MAX_ERROR_BODY_BYTES} were read. */
  readonly isAnswer: boolean;
  /** Absolute URL that answered. */
  readonly url: string;
  /** It is another origin than the one that was called. */
  readonly isElsewhere: boolean;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Puts a call on the wire once and reads what comes back, following the redirects of GET and HEAD: to another origin without
 * the credentials, and never from HTTPS to HTTP.
 *
 * @param completeByMs - by when the body must be complete, however steadily it drips; milliseconds since 1970.
 * @throws RegistryError for a broken connection, a time-out, REGISTRY_TOO_LARGE, REGISTRY_REDIRECT_REFUSED; the signal's reason.
 */
export async function exchange(
  connection: Connection,
  call: Call,
  completeByMs: number,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const firstOrigin = call.target.startsWith('/') ? connection.origin : new URL(call.target).origin;
  let hop: Hop = { origin: firstOrigin, target: call.target, authorization: call.authorization };
  for (let hops = 0; ; hops++) {
    const url = hop.target.startsWith('/') ? hop.origin + hop.target : hop.target;
    const errand = { doing: call.doing, method: call.method, url };
    const isElsewhere = hop.origin !== firstOrigin;
    try {
      const raw = await send(connection, call, hop, signal);
      const { statusCode: status } = raw;
      const headers = flatHeaders(raw.headers);
      // What some storage says of a blob is no word of the registry: there, only success is an answer.
      const isAnswer = (status >= 200 && status < 300) || (!isElsewhere && call.isAnswer(status));
      if (isAnswer || !REDIRECTS.has(status)) {
        const isWhole = status >= 200 && status < 300;
        const limits = { maxBytes: isWhole ? call.maxBytes : MAX_ERROR_BODY_BYTES, isWhole, completeByMs };
        return { status, headers, bytes: await readBody(raw, headers, errand, limits), isAnswer, url, isElsewhere };
      }
      await raw.body.dump();
      const next = redirectTarget(errand, headers['location'], hops);
      // Once elsewhere, the credentials do not come back, not even on the way home.
      const authorization = next.origin === firstOrigin ? hop.authorization : undefined;
      hop = { origin: next.origin, target: next.href, authorization };
    } catch (error) {
      signal.throwIfAborted();
      throw connectionError(errand, connection.causeOf(error)) ?? error;
    }
  }
}

interface Hop {
  readonly origin: string;
  readonly target: string;
  readonly authorization: string | undefined;
}

function send(connection: Connection, call: Call, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  return connection.dispatcherFor(hop.origin).request({
    origin: hop.origin,
    path: hop.target.startsWith('/') ? hop.target : hop.target.slice(hop.origin.length) || '/',
    method: call.method,
    headers: hop.authorization === undefined ? call.headers : { ...call.headers, authorization: hop.authorization },
    body: call.body ?? null,
    signal,
    // Without this word undici closes the connection after each HEAD.
    reset: false,
  });
}

function redirectTarget(errand: Errand, location: string | undefined, hops: number): URL {
  const refused = (why: string) => errandError('REGISTRY_REDIRECT_REFUSED', errand, why);
  if (location === undefined || readUrl(location, errand.url) === undefined)
    throw refused('it redirects without saying whereto');
  const next = new URL(location, errand.url);
  const shown = redactUrl(next.href);
  if (errand.method !== 'GET' && errand.method !== 'HEAD')
    throw refused(`it redirects to ${shown}, which is followed for reading only`);
  if (hops >= MAX_REDIRECTS) throw refused(`more than ${MAX_REDIRECTS} redirects, the last to ${shown}`);
  const isSafe = next.protocol === 'https:' || (next.protocol === 'http:' && errand.url.startsWith('http:'));
  if (!isSafe) throw refused(`it redirects to a less secure place, ${shown}`);
  // Neither is part of what is asked for, and undici would take them for part of the path.
  next.hash = '';
  next.username = '';
  next.password = '';
  return next;
}

const NOTHING = new Uint8Array(0);

async function readBody(
  raw: Dispatcher.ResponseData,
  headers: Readonly<Record<string, string>>,
  errand: Errand,
  limits: { readonly maxBytes: number; readonly isWhole: boolean; readonly completeByMs: number },
): Promise<Uint8Array> {
  const { maxBytes, isWhole } = limits;
  const tooLarge = () => errandError('REGISTRY_TOO_LARGE', errand, `the answer is larger than ${maxBytes} bytes`);
  if (isWhole && errand.method !== 'HEAD' && Number(headers['content-length'] ?? 0) > maxBytes) {
    abandon(raw);
    throw tooLarge();
  }

  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of raw.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      abandon(raw);
      if (isWhole) throw tooLarge();
      break;
    }
    if (Date.now() > limits.completeByMs) {
      abandon(raw);
      throw errandError('REGISTRY_TIMEOUT', errand, 'the answer took too long to come', { temporary: true });
    }
  }
  if (chunks.length <= 1) return (chunks[0] ?? NOTHING).subarray(0, maxBytes);
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** Drops the rest of an answer, and the connection with it. */
function abandon(raw: Dispatcher.ResponseData): void {
  // That the stream ends early is what was asked for, and no error to report.
  raw.body.on('error', () => {});
  raw.body.destroy();
}

/** Most answers have no repeated header, and then their object is taken as it is. */
function flatHeaders(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  for (const name in headers) if (typeof headers[name] !== 'string') return joinRepeated(headers);
  return headers as Record<string, string>;
}

function joinRepeated(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}
