import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from './at-end.ts';

/** What goes wrong with one request. */
export type Fault =
  /** Nothing: it goes to the target and its answer comes back. */
  | 'pass'
  /** The connection stays open and no byte ever comes. */
  | 'hang'
  /** The connection is reset before any answer; the target never hears of the request. */
  | 'reset'
  /** The target does what was asked, but its answer is lost. */
  | 'lose-answer'
  /** The answer's head and half of its body come, then the connection ends. */
  | 'cut'
  /** The answer's length is right, but one byte of its body is not. */
  | 'wrong-bytes'
  /** An answer of the proxy's own; the target never hears of the request. */
  | {
      readonly status: number;
      /** The `Retry-After` header: seconds, or an HTTP date. */
      readonly retryAfter?: number | string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Passes after a wait: so long, or until something has happened. */
  | { readonly delayMs: number }
  | { readonly until: Promise<unknown> };

export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The how manieth request with this method and path this is, from 1. */
  readonly n: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FaultProxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly host: string;
  /** Every request so far, in order. */
  readonly requests: readonly ProxiedRequest[];
  stop(): Promise<void>;
}

/**
 * A reverse proxy on loopback that stands in front of a real registry and spoils what `decide` says. It passes the
 * client's `Host`, so that a registry's `Location` headers lead back through it. Ends with the test file.
 */
export async function startFaultProxy(
  targetUrl: string,
  decide: (request: ProxiedRequest) => Fault,
): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = [];
  const counts = new Map<string, number>();
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const n = (counts.get(`${method} ${path}`) ?? 0) + 1;
    counts.set(`${method} ${path}`, n);
    const asked = { method, path, n, headers };
    requests.push(asked);
    incoming.on('error', () => {}); // a client that gives up is what these tests are about
    answer.on('error', () => {});
    spoil(targetUrl, incoming, answer, decide(asked)).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  atEnd(stop);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, host, requests, stop };
}

async function spoil(
  targetUrl: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: Fault,
): Promise<void> {
  if (fault === 'hang') {
    incoming.resume();
    return;
  }
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (typeof fault === 'object' && 'status' in fault) {
    incoming.resume();
    const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    answer.writeHead(fault.status, { ...fault.headers, ...retryAfter }).end(fault.body ?? '');
    return;
  }
  if (typeof fault === 'object') await ('until' in fault ? fault.until : sleep(fault.delayMs));
  const { head, body } = await forward(targetUrl, incoming);
  if (fault === 'lose-answer') {
    incoming.socket.resetAndDestroy();
    return;
  }
  answer.writeHead(head.statusCode ?? 502, head.rawHeaders);
  if (fault === 'cut') {
    answer.flushHeaders();
    answer.write(body.subarray(0, body.length >> 1), () => answer.destroy());
    return;
  }
  answer.end(fault === 'wrong-bytes' ? withOneWrongByte(body) : body);
}

interface Forwarded {
  readonly head: IncomingMessage;
  readonly body: Buffer;
}

/** Asks the target and waits for the whole answer: only then its bytes can be spoiled. */
function forward(targetUrl: string, incoming: IncomingMessage): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(incoming.url ?? '/', targetUrl),
      {
        ...(incoming.method === undefined ? {} : { method: incoming.method }),
        headers: incoming.headers,
        agent: false,
      },
      (head) => {
        const chunks: Buffer[] = [];
        head.on('data', (chunk: Buffer) => chunks.push(chunk));
        head.once('end', () => resolve({ head, body: Buffer.concat(chunks) }));
        head.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    incoming.pipe(outgoing);
  });
}

function withOneWrongByte(body: Buffer): Buffer {
  const spoiled = Buffer.from(body);
  const middle = spoiled.length >> 1;
  // Another digit or letter, so that JSON most often stays JSON and only a digest tells.
  if (spoiled.length > 0) spoiled[middle] = spoiled[middle] === 0x61 ? 0x62 : 0x61;
  return spoiled;
}
