import type { Connection } from './connection.ts';
import { type Call, exchange, type RawAnswer } from './exchange.ts';
import { answerError, errandError } from './registry-error.ts';
import { parseRetryAfter, type RetryPolicy, withRetries } from './retry.ts';
import type { RegistryResponse, TransportStats } from './transport-contract.ts';

/** Sends calls as often as need be. Knows nothing of credentials. */
export interface Wire {
  /** @returns a success, or a status that the call accepts. @throws RegistryError, the signal's reason. */
  perform(call: Call, signal: AbortSignal): Promise<RegistryResponse>;
  readonly stats: Readonly<TransportStats>;
  /** The `Date` header that came last from the registry itself, and when, in our own time. */
  lastDate(): { readonly header: string; readonly receivedAtMs: number } | undefined;
}

export interface WireSettings {
  readonly connection: Connection;
  readonly retry: RetryPolicy;
  /** Hides the credentials in use from text that a server sent. */
  readonly conceal: (text: string) => string;
}

/** A lost answer to any other leaves the same behind as an answer that came. */
const NOT_TO_REPEAT: ReadonlySet<Call['method']> = new Set(['POST', 'PATCH']);

export function openWire(settings: WireSettings): Wire {
  const { connection, retry } = settings;
  const stats = { requests: 0, retries: 0 };
  let lastDate: ReturnType<Wire['lastDate']>;

  async function attempt(call: Call, signal: AbortSignal): Promise<RegistryResponse> {
    stats.requests++;
    const raw = await exchange(connection, call, Date.now() + retry.totalMs, signal);
    const date = raw.headers['date'];
    const isOwn = !raw.isElsewhere && call.target.startsWith('/');
    if (isOwn && date !== undefined) lastDate = { header: date, receivedAtMs: Date.now() };
    if (raw.isAnswer) return raw;
    throw failureOf(call, raw, settings.conceal, parseRetryAfter(raw.headers['retry-after'], retry.now()));
  }

  const onRetry = () => {
    stats.retries++;
  };
  return {
    stats,
    lastDate: () => lastDate,
    perform(call, signal) {
      const options = { mayRepeat: !NOT_TO_REPEAT.has(call.method), onRetry };
      return withRetries(() => attempt(call, signal), retry, options, signal);
    },
  };
}

function failureOf(call: Call, raw: RawAnswer, conceal: WireSettings['conceal'], retryAfterMs: number | undefined) {
  const errand = { doing: call.doing, method: call.method, url: raw.url };
  const failed = { status: raw.status, headers: raw.headers, body: raw.bytes };
  const error = answerError(errand, failed, { conceal, retryAfterMs });
  if (!raw.isElsewhere || error.temporary) return error;
  // A storage that does not know a blob, or refuses it, must not pass for the registry saying so.
  return errandError('REGISTRY_BAD_ANSWER', errand, `the redirect led to ${raw.status}`, {
    status: raw.status,
    cause: error,
    hint: "look into the registry's storage: it redirects there, and what it names cannot be fetched",
  });
}
