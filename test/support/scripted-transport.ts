import type { ClientTransport } from '../../src/systems/registry/http-client/client.ts';
import { answerError } from '../../src/systems/registry/http-client/registry-error.ts';
import type { OpenTransport, RegistryRequest } from '../../src/systems/registry/http-client/transport-contract.ts';

/** What a scripted server answers. Text as it is, anything else as JSON. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ScriptedTransport extends ClientTransport {
  /** `GET /v2/`, in order. */
  readonly sent: readonly string[];
  readonly requests: readonly RegistryRequest[];
}

/** A connection to a server that is a function: what a transport promises holds (statuses, errors, size limits, aborts). */
export function scriptTransport(
  answer: (request: RegistryRequest) => ScriptedAnswer,
  wayIn: ReturnType<OpenTransport['wayIn']> = { scheme: 'none' },
): ScriptedTransport {
  const requests: RegistryRequest[] = [];
  const url = 'https://registry.test';
  return {
    url,
    host: 'registry.test',
    requests,
    get sent() {
      return requests.map(({ method, path }) => `${method} ${path}`);
    },
    clockSkewMs: () => undefined,
    security: 'plain',
    wayIn: () => wayIn,
    describeAuth: async () => ({ scheme: 'none', credential: 'none', searched: [] }),
    send: async (request, signal) => {
      signal.throwIfAborted();
      requests.push(request);
      const { status = 200, headers = {}, body } = answer(request);
      const bytes = bytesOf(body);
      if (status < 300 || request.accept?.includes(status) === true) return { status, headers, bytes };
      const errand = { doing: request.doing, method: request.method, url: `${url}${request.path}` };
      throw answerError(errand, { status, headers, body: bytes }, { conceal: (text) => text });
    },
    close: async () => {},
  };
}

/** An answer with the specification's error body. */
export function specError(status: number, code: string): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: { errors: [{ code, message: code }] } };
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
