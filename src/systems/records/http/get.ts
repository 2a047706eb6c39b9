import { TextDecoder } from 'node:util';
import { type Dispatcher, request } from 'undici';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { codeOf, networkFailure } from '../network-failure.ts';

export interface GetOptions {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly retries: number;
  readonly retryDelayMs: number;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names; repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const again = new Set([408, 429, 500, 502, 503, 504]);
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Gets one page, more than once where the failure may pass. Redirects are not followed here.
 *
 * @throws ReadingStopped when it stays unavailable; RECORDS_TOO_LARGE, RECORDS_TLS_…, RECORDS_FORMAT_INVALID; the signal's reason
 */
export async function get(url: URL, options: GetOptions, doing: string, signal: AbortSignal): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    const isLast = attempt >= options.retries;
    const backoffMs = options.retryDelayMs * 2 ** attempt;
    const result = await getOnce(url, options, doing, signal);
    if (result instanceof ReadingStopped) {
      if (isLast) throw result;
      await wait(backoffMs, signal);
    } else if (again.has(result.status)) {
      if (isLast) throw unavailable(result, doing, attempt + 1);
      await wait(retryAfterMs(result.headers['retry-after']) ?? backoffMs, signal);
    } else return result;
  }
}

/** @returns a failure that may pass */
async function getOnce(
  url: URL,
  options: GetOptions,
  doing: string,
  signal: AbortSignal,
): Promise<Answer | ReadingStopped> {
  try {
    const answer = await request(url, { dispatcher: options.dispatcher, headers: options.headers, signal });
    const headers = plainHeaders(answer.headers);
    const bytes = await readBody(answer.body, Number(headers['content-length'] ?? 0), options.maxBytes, doing);
    return { status: answer.statusCode, headers, text: new TextDecoder('utf-8').decode(bytes) };
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === undefined || code.startsWith('RECORDS_')) throw error;
    // undici's words repeat the header, and with it the token.
    if (code === 'UND_ERR_INVALID_ARG')
      throw recordsError(
        'RECORDS_SETTINGS_INVALID',
        `${doing}: a header can't be sent: is there a line break in the token?`,
      );
    const failure = networkFailure(error, doing);
    if (failure instanceof ReadingStopped) return failure;
    throw failure;
  }
}

/** Leaving the loop destroys the body, in a way that raises no error of its own. */
async function readBody(
  body: AsyncIterable<Uint8Array>,
  announcedBytes: number,
  maxBytes: number,
  doing: string,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    sizeBytes += piece.length;
    if (Math.max(sizeBytes, announcedBytes) > maxBytes) throw tooLarge(maxBytes, doing);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(maxBytes: number, doing: string) {
  const message = `${doing}: the answer is larger than ${maxBytes} bytes`;
  return recordsError('RECORDS_TOO_LARGE', message, 'Ask for smaller pages, or raise the limit of a page.');
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}

/** Seconds or a date. @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

function unavailable(answer: Answer, doing: string, times: number): ReadingStopped {
  const said = excerpt(answer.text);
  const message = `${doing}: the server answered ${answer.status}${times > 1 ? ` ${times} times` : ''}${said}`;
  return new ReadingStopped(message, 'Look into the logs of the server, then start again.');
}

/** The beginning of a body, for messages. */
export function excerpt(text: string): string {
  const line = messageOf(text);
  return line === '' ? '' : `: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`;
}
