import { request } from 'undici';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { Connection } from './connection.ts';

/** One request to the registry. */
export interface Errand {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** More than this of an answer's body is not read: then {@link Answer.isCut}. */
  readonly maxBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** There was more of it. */
  readonly isCut: boolean;
}

/** Sends one request, once. @throws what the sockets throw, or the signal's reason */
export async function exchange(connection: Connection, errand: Errand, signal: AbortSignal): Promise<Answer> {
  const { method, path, headers = {}, body, maxBytes } = errand;
  const response = await request(`${connection.url}${path}`, {
    method,
    dispatcher: connection.dispatcher,
    signal,
    headers: { 'user-agent': 'winnow', ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  let isCut = false;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      isCut = true;
      break;
    }
    chunks.push(chunk);
  }
  return { status: response.statusCode, headers: oneOfEach(response.headers), bytes: Buffer.concat(chunks), isCut };
}

function oneOfEach(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(entries);
}

const MAX_TEXT = 300;

/** The codes of the specification in an answer that is a refusal, and its text on one line, without `secrets`. */
export function refusalIn({ bytes }: Answer, secrets: readonly string[]) {
  const text = Buffer.from(bytes).toString('utf8');
  const codes: string[] = [];
  const messages: string[] = [];
  try {
    const { errors: list } = JSON.parse(text) as { readonly errors?: unknown };
    for (const one of Array.isArray(list) ? list : []) {
      const { code, message } = one as { readonly code?: unknown; readonly message?: unknown };
      if (typeof code === 'string') codes.push(code);
      if (typeof message === 'string') messages.push(message);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // proxies answer in HTML
  }
  let words = messageOf([...codes, ...(messages.length > 0 ? messages : codes.length > 0 ? [] : [text])].join(' '));
  for (const secret of secrets) words = words.replaceAll(secret, '***');
  return { codes, words: words.slice(0, MAX_TEXT) };
}
