import { Agent, type Dispatcher, request } from 'undici';
import { anyOf } from './chance.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined: it broke off before the length that was promised. */
  readonly body: Buffer | undefined;
}

/** A client of a registry that hides nothing: no retries, no following, every answer as it came. Any of the servers gets a request. */
export interface Client {
  /** @throws when the registry can't be reached */
  ask(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function openClient(servers: readonly string[]): Client {
  const dispatcher = new Agent({ connections: 32, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  return {
    ask: async (method, path, body, headers = {}) => {
      const answer = await request(new URL(path, anyOf(servers)), { method, dispatcher, headers, body: body ?? null });
      return { status: answer.statusCode, headers: answer.headers, body: await wholeBody(answer.body) };
    },
    close: () => dispatcher.destroy(),
  };
}

/** A registry that believes its cache promises a length, and has nothing to send. */
async function wholeBody(body: Dispatcher.ResponseData['body']): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await body.arrayBuffer());
  } catch (failure) {
    const { code } = failure as { code?: string };
    if (code === 'UND_ERR_SOCKET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'ECONNRESET')
      return undefined;
    throw failure;
  }
}
