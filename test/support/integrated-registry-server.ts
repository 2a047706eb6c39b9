import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Digest } from '../../src/oci/digest.ts';
import {
  type MemoryIntegratedRegistry,
  memoryIntegratedRegistry,
} from '../../src/systems/integrated-registry/memory/memory-registry.ts';
import { atEnd } from './at-end.ts';
import type { KeyPair } from './certificates.ts';

/*
 * This is a fake: it speaks HTTP as OpenShift's registry does, as far as pruning asks, over a registry in memory.
 *
 *   GET    /  /healthz                        anybody
 *   …      /v2/<namespace>/<stream>/…         basic authentication, the token being the password
 *   DELETE /admin/blobs/<digest>              the same, for who may delete images
 */

export interface IntegratedRegistryServerOptions {
  /** Serve HTTPS. */
  readonly tls?: KeyPair;
  /** Who has this token is known. Default: anybody. */
  readonly token?: string;
  /** Statuses of `/` and `/healthz`; 200. */
  readonly root?: number;
  readonly healthz?: number;
  /** What it answers instead, for some requests. */
  readonly instead?: (line: string) => { readonly status: number; readonly body?: string } | undefined;
  readonly world?: MemoryIntegratedRegistry;
}

export interface IntegratedRegistryServer {
  readonly url: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly world: MemoryIntegratedRegistry;
  /** `GET /healthz`, in order. */
  readonly lines: string[];
  stop(): Promise<void>;
}

/** Ends with the test file. */
export async function startIntegratedRegistry(
  options: IntegratedRegistryServerOptions = {},
): Promise<IntegratedRegistryServer> {
  const world = options.world ?? memoryIntegratedRegistry();
  const lines: string[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method} ${request.url}`;
    lines.push(line);
    answer(request, world, options, line).then(
      ({ status, headers = {}, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(500).end(refusal('UNKNOWN', String(error))),
    );
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createHttp(onRequest)
      : createHttps({ cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) }, onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  atEnd(stop);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${tls === undefined ? 'http' : 'https'}://${host}`, host, world, lines, stop };
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const { signal } = new AbortController();

async function answer(
  request: IncomingMessage,
  world: MemoryIntegratedRegistry,
  options: IntegratedRegistryServerOptions,
  line: string,
): Promise<Reply> {
  const { root = 200, healthz = 200, token, instead } = options;
  const body = await bodyOf(request);
  const url = new URL(request.url ?? '/', 'http://registry');
  const other = instead?.(line);
  if (other !== undefined) return other;
  if (url.pathname === '/') return { status: root };
  if (url.pathname === '/healthz') return { status: healthz };
  const [, password] = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64')
    .toString('utf8')
    .split(':');
  if (token !== undefined && password !== token)
    return { status: 401, body: refusal('UNAUTHORIZED', `authentication required, not ${password ?? ''}`) };
  const [, admin] = /^\/admin\/blobs\/(.+)$/.exec(url.pathname) ?? [];
  if (admin !== undefined)
    return { status: (await world.deleteBlob(admin as Digest, signal)) === 'deleted' ? 204 : 404 };
  return await v2(request, url, body, world);
}

async function v2(request: IncomingMessage, url: URL, body: Buffer, world: MemoryIntegratedRegistry): Promise<Reply> {
  const [, repository = '', kind = '', reference = ''] =
    /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];
  const digest = reference as Digest;
  const gone = (status: 'deleted' | 'absent') => ({ status: status === 'deleted' ? 202 : 404 });
  switch (`${request.method} ${kind}`) {
    case 'DELETE manifests':
      return gone(await world.deleteManifestLink(repository, digest, signal));
    case 'DELETE blobs':
      return gone(await world.deleteLayerLink(repository, digest, signal));
    case 'GET manifests': {
      const found = await world.manifest(repository, digest, signal);
      return found === undefined
        ? { status: 404 }
        : { status: 200, headers: { 'content-type': found.mediaType }, body: found.bytes };
    }
    case 'PUT manifests': {
      const mediaType = request.headers['content-type'] ?? '';
      await world.putManifest(repository, digest, { mediaType, bytes: body }, signal);
      return { status: 201 };
    }
    case 'HEAD blobs': {
      const sizeBytes = await world.blobSize(repository, digest, signal);
      return sizeBytes === undefined
        ? { status: 404 }
        : { status: 200, headers: { 'content-length': String(sizeBytes) } };
    }
    case 'GET blobs': {
      const bytes = await world.smallBlob(repository, digest, Number.POSITIVE_INFINITY, signal);
      return bytes === undefined ? { status: 404 } : { status: 200, body: bytes };
    }
    case 'POST blobs/uploads': {
      const mount = url.searchParams.get('mount');
      const from = url.searchParams.get('from') ?? '';
      const mounted =
        mount !== null && (await world.mountBlob(repository, mount as Digest, from, signal)) === 'mounted';
      if (mounted) return { status: 201 };
      return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/an-upload?state=1` } };
    }
    case 'PUT blobs/uploads':
      await world.putBlob(repository, url.searchParams.get('digest') as Digest, body, signal);
      return { status: 201 };
    case 'DELETE blobs/uploads':
      return { status: 204 };
    default:
      return { status: 404, body: refusal('UNSUPPORTED', `${request.method} ${url.pathname}`) };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refusal(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
