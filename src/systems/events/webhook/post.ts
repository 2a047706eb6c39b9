import { type Agent, request } from 'undici';
import { type CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { type EventsErrorCode, eventsError } from '../errors.ts';

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#32-structured-content-mode */
const MEDIA_TYPE = 'application/cloudevents+json; charset=utf-8';
/** What is read of an answer, for the message. */
const MAX_ANSWER_CHARACTERS = 300;

export interface Attempt {
  readonly url: URL;
  /** For messages: the URL without its query. */
  readonly name: string;
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly token: string | undefined;
  readonly body: string;
}

/** An attempt that came to nothing. */
export interface Refused {
  readonly isTemporary: boolean;
  readonly retryAfterMs?: number;
  error(attempts: number): CodedError<EventsErrorCode>;
}

/** Posts once. @returns undefined when the event was taken. @throws the signal's reason; what is no failure of network or server. */
export async function post(attempt: Attempt, signal: AbortSignal): Promise<Refused | undefined> {
  const { url, agent, timeoutMs, token, body } = attempt;
  const inTime = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        'content-type': MEDIA_TYPE,
        'user-agent': 'winnow',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal: AbortSignal.any([signal, inTime]),
    });
    if (answer.statusCode >= 200 && answer.statusCode < 300) {
      await answer.body.dump();
      return undefined;
    }
    const said = await startOf(answer.body);
    return refusedBy(attempt, answer.statusCode, headerOf(answer.headers['retry-after']), said);
  } catch (error) {
    signal.throwIfAborted();
    if (inTime.aborted) return unreachable(attempt, `no answer within ${timeoutMs} ms`, error);
    if (!(error instanceof Error && 'code' in error)) throw error;
    return unreachable(attempt, messageOf(error) || String(error.code), error);
  }
}

async function startOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MAX_ANSWER_CHARACTERS) break;
  }
  return messageOf(text.slice(0, MAX_ANSWER_CHARACTERS));
}

function refusedBy(attempt: Attempt, status: number, retryAfter: string | undefined, said: string): Refused {
  const isTemporary = status === 429 || status >= 500;
  const retryAfterMs = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : undefined;
  const answer = conceal(attempt, `${status}${said === '' ? '' : `: ${said}`}`);
  return {
    isTemporary,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    error: (attempts) =>
      eventsError(isTemporary ? 'EVENTS_UNAVAILABLE' : 'EVENTS_REFUSED', message(attempt, answer, attempts)),
  };
}

function unreachable(attempt: Attempt, why: string, cause: unknown): Refused {
  return {
    isTemporary: true,
    error: (attempts) =>
      eventsError('EVENTS_UNREACHABLE', message(attempt, conceal(attempt, why), attempts), { cause }),
  };
}

function message({ name }: Attempt, what: string, attempts: number): string {
  return `sending an event to the ${name}: ${what}${attempts > 1 ? ` (tried ${attempts} times)` : ''}`;
}

/** Servers like to repeat what they were sent, the token too. */
function conceal({ token, url }: Attempt, text: string): string {
  const withoutQuery = url.search === '' ? text : text.replaceAll(url.search, '?***');
  return token === undefined ? withoutQuery : withoutQuery.replaceAll(token, '***');
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
