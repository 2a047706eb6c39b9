import { existsSync, rmSync } from 'node:fs';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { atEnd } from './at-end.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';

/*
 * OpenShift's registry as far as it is not Distribution: a real docker-registry does all under /v2, and a few lines before it do the rest:
 * `/` and `/healthz`, the token in place of a password, and `DELETE /admin/blobs/<digest>`, which takes the data from the storage for good.
 */

export interface OpenshiftRegistry {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly backend: DockerRegistry;
  /** `DELETE /admin/blobs/…`, in order. */
  readonly lines: string[];
  hasData(digest: string): boolean;
  /** Before each request: what it returns is the answer instead. */
  onRequest: (line: string) => number | undefined;
}

/** @param token - who has it may do everything. */
export async function startOpenshiftRegistry(token: string): Promise<OpenshiftRegistry> {
  const backend = await startDockerRegistry();
  const folderOf = (digest: string) => {
    const hex = digest.replace('sha256:', '');
    return join(backend.folder, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex);
  };
  const registry: OpenshiftRegistry = {
    ...{ url: '', backend, lines: [], onRequest: () => undefined },
    hasData: (digest) => existsSync(join(folderOf(digest), 'data')),
  };
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    registry.lines.push(line);
    const instead = registry.onRequest(line);
    if (instead !== undefined) return void response.writeHead(instead).end();
    if (request.url === '/' || request.url === '/healthz') return void response.writeHead(200).end();
    if (passwordIn(request) !== token) return void response.writeHead(401).end();
    const [, digest] = /^\/admin\/blobs\/(.+)$/.exec(request.url ?? '') ?? [];
    if (digest === undefined) return forward(backend.host, request, response);
    const isThere = existsSync(folderOf(digest));
    rmSync(folderOf(digest), { recursive: true, force: true });
    response.writeHead(isThere ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return Object.assign(registry, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function forward(host: string, request: IncomingMessage, response: ServerResponse): void {
  const { authorization: _, ...headers } = request.headers;
  const [hostname = '', port = ''] = host.split(':');
  const onward = ask(
    { hostname, port, method: request.method, path: request.url, headers: { ...headers, host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
}

function passwordIn({ headers }: IncomingMessage): string | undefined {
  const encoded = (headers.authorization ?? '').replace(/^Basic /, '');
  return Buffer.from(encoded, 'base64').toString('utf8').split(':')[1];
}
