import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where in the life of a changing request (DELETE, PUT, POST, PATCH) the accident happens; counted from 1. */
export interface Accident {
  readonly n: number;
  /** `before`: the registry never hears of the request. `after`: it has done it, but its answer has not gone out. */
  readonly when: 'before' | 'after';
}

export interface KillingProxy {
  readonly url: string;
  /** The changing requests so far: `DELETE /v2/…`. */
  readonly changes: readonly string[];
  /** `strike` has ended the client when it resolves. */
  arm(accident: Accident, strike: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/** A reverse proxy on loopback that ends its client at a chosen point of its work. After that it passes everything. */
export async function startKillingProxy(targetUrl: string): Promise<KillingProxy> {
  const changes: string[] = [];
  let armed: { readonly accident: Accident; readonly strike: () => Promise<unknown> } | undefined;

  async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = incoming;
    const isChange = method !== 'GET' && method !== 'HEAD';
    if (isChange) changes.push(`${method} ${path}`);
    const now = isChange && armed?.accident.n === changes.length ? armed : undefined;
    if (now?.accident.when === 'before') {
      await now.strike();
      answer.destroy();
      return;
    }
    const { head, body } = await forward(targetUrl, incoming);
    await now?.strike();
    if (now !== undefined) answer.destroy();
    else answer.writeHead(head.statusCode ?? 502, head.rawHeaders).end(body);
  }

  const server = createServer((incoming, answer) => {
    incoming.on('error', () => {});
    answer.on('error', () => {});
    serve(incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    arm: (accident, strike) => {
      armed = { accident, strike };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The body is read first, so that a client that dies does not cut the request that reached us whole. */
async function forward(targetUrl: string, incoming: IncomingMessage): Promise<{ head: IncomingMessage; body: Buffer }> {
  const sent: Buffer[] = [];
  for await (const chunk of incoming) sent.push(chunk as Buffer);
  return await new Promise((resolve, reject) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const outgoing = request(new URL(url, targetUrl), { method, headers, agent: false }, (head) => {
      const chunks: Buffer[] = [];
      head.on('data', (chunk: Buffer) => chunks.push(chunk));
      head.once('end', () => resolve({ head, body: Buffer.concat(chunks) }));
      head.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(Buffer.concat(sent));
  });
}
