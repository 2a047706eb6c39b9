import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { messageOf } from '../pure/coded-error.ts';
import { foreignText, KubeError, refusedError } from './kube-error.ts';
import type { KubeLogin, KubeSecrets } from './kube-login.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface GetOptions {
  /** What forms are understood, best first. */
  readonly accept?: string;
  readonly maxBytes?: number;
}

export interface KubeCall {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'POST' | 'DELETE';
  /** Below the server, with its query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  /** A larger answer is `too-large`. */
  readonly maxBytes?: number;
  /** What comes back is text, such as a log, and not JSON. */
  readonly isText?: boolean;
}

export interface ExchangeTimes {
  readonly connectMs: number;
  /** For the headers of an answer, and for each pause in its body. */
  readonly answerMs: number;
}

/** Parsed, it takes several times as much. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_BYTES = 16 * 1024;

/** The sockets to one cluster. */
export interface KubeConnection {
  /** Puts a call on the wire once. @returns the answer's JSON, or its text @throws KubeError; the signal's reason */
  exchange(login: KubeLogin, call: KubeCall, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export function openConnection(times: ExchangeTimes): KubeConnection {
  let dispatcher: { readonly for: string; readonly made: Dispatcher } | undefined;
  const dispatcherFor = (login: KubeLogin, { tls }: KubeSecrets): Dispatcher => {
    // Certificates are renewed, too.
    const wanted = JSON.stringify([login.server, login.proxyUrl, tls]);
    if (dispatcher?.for === wanted) return dispatcher.made;
    void dispatcher?.made.close();
    dispatcher = { for: wanted, made: makeDispatcher(login, tls, times) };
    return dispatcher.made;
  };
  return {
    exchange: async (login, call, signal) => {
      const secrets = await login.secrets();
      return send(login, dispatcherFor(login, secrets), secrets, call, signal);
    },
    close: async () => {
      await dispatcher?.made.close();
    },
  };
}

function makeDispatcher({ proxyUrl }: KubeLogin, tls: KubeSecrets['tls'], times: ExchangeTimes): Dispatcher {
  const connect = { ...tls, timeout: times.connectMs };
  const options = { headersTimeout: times.answerMs, bodyTimeout: times.answerMs };
  if (proxyUrl === undefined) return new Agent({ ...options, connect });
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect, proxyTls: { timeout: times.connectMs } });
}

async function send(
  { server, proxyUrl }: KubeLogin,
  dispatcher: Dispatcher,
  secrets: KubeSecrets,
  call: KubeCall,
  signal: AbortSignal,
): Promise<unknown> {
  const doing = `${call.method} ${server}${call.path.replace(/\?.*/, '')}`;
  let text: string;
  try {
    const response = await request(`${server}${call.path}`, {
      method: call.method,
      dispatcher,
      signal,
      headers: {
        ...secrets.headers,
        accept: call.accept ?? 'application/json',
        'user-agent': 'winnow',
        ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const isAnswer = response.statusCode >= 200 && response.statusCode < 300;
    text = await readText(doing, response.body, isAnswer ? (call.maxBytes ?? MAX_BYTES) : MAX_ERROR_BYTES, isAnswer);
    if (!isAnswer) throw refusedError(doing, response.statusCode, response.headers, text);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError) throw error;
    const way = proxyUrl === undefined ? '' : ` (through the proxy ${new URL(proxyUrl).host})`;
    throw new KubeError('unreachable', `${doing}${way}: ${foreignText(messageOf(error))}`, { cause: error });
  }
  if (call.isText === true) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new KubeError(
      'malformed',
      `${doing}: the answer is no JSON: ${JSON.stringify(foreignText(text.slice(0, 60)))}`,
    );
  }
}

/** Of a failure, the beginning is enough. @throws KubeError `too-large` */
async function readText(
  doing: string,
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
  isAnswer: boolean,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      if (!isAnswer) break;
      throw new KubeError('too-large', `${doing}: the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
