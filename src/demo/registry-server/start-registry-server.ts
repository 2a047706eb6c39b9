import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { storeRoot } from '../../oci/distribution-layout.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { DemoError } from '../errors.ts';
import { failure, isGone, send } from './answer.ts';
import { type Credentials, checkBasicAuth } from './basic-auth.ts';
import { dispatch } from './dispatch.ts';
import type { Abilities, Registry } from './exchange.ts';
import { createReferrerIndex } from './referrer-index.ts';
import { Refusal } from './refusal.ts';
import { readRoute } from './routes.ts';

/*
 * A small OCI registry over a folder, for the demo and for tests. It is no registry for production: plain HTTP, one user at most,
 * no locks between requests (a push that races a delete of the same tag may lose), no fsync, no cache, no metrics, and no
 * purge of uploads that were never finished. What it does do: it keeps Distribution's own layout, so that Distribution can serve
 * the same folder and Winnow can collect it, and it speaks the distribution spec 1.1 as common clients use it.
 */

export interface RegistryServerOptions {
  /** Distribution's `rootdirectory`; made if need be. */
  readonly folder: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Whether anything can be deleted. Default true (Distribution's own is false). */
  readonly deleteEnabled?: boolean;
  /** `DELETE …/manifests/<tag>` removes that tag alone, as Distribution 3 does. Default false: refused, as 2.8 does. */
  readonly deleteByTag?: boolean;
  /** Maintenance mode: what writes is a 405. Default false. */
  readonly readOnly?: boolean;
  /** The Referrers API. Default true (Distribution has none). */
  readonly referrers?: boolean;
  /** Basic authentication for one user. Default: open to all who reach the port. */
  readonly credentials?: Credentials;
  /** Told of every request when its answer is through. */
  readonly onRequest?: (seen: SeenRequest) => void;
}

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly status: number;
}

export interface RegistryServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Takes no more requests, lets those under way end (5 s at most), and resolves when the port is free. Twice is fine. */
  close(): Promise<void>;
}

/** @throws DEMO_LISTEN_FAILED when the address can't be had. */
export async function startRegistryServer(options: RegistryServerOptions): Promise<RegistryServer> {
  const registry: Registry = {
    root: storeRoot(options.folder),
    abilities: abilitiesOf(options),
    referrerIndex: createReferrerIndex(),
  };
  await mkdir(registry.root, { recursive: true });
  const server = createServer((request, response) => {
    response.once('close', () =>
      options.onRequest?.({ method: request.method ?? '', path: request.url ?? '', status: response.statusCode }),
    );
    void respond(registry, options.credentials, request, response, () => !server.listening);
  });
  const { port = 0, host = '127.0.0.1' } = options;
  await listen(server, port, host);
  const name = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${name}`,
    host: name,
    close: () => {
      closed ??= close(server);
      return closed;
    },
  };
}

function abilitiesOf(options: RegistryServerOptions): Abilities {
  const { deleteEnabled = true, deleteByTag = false, readOnly = false, referrers = true } = options;
  return { deleteEnabled, deleteByTag, readOnly, referrers };
}

async function respond(
  registry: Registry,
  credentials: Credentials | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  isClosing: () => boolean,
): Promise<void> {
  try {
    const answer = await answerTo(registry, credentials, request).catch(failure);
    if (isClosing()) response.setHeader('Connection', 'close');
    await send(request, response, answer);
  } catch (error) {
    // The answer had begun: a broken connection is the only way left to tell the client.
    response.destroy(error instanceof Error ? error : undefined);
  }
}

async function answerTo(registry: Registry, credentials: Credentials | undefined, request: IncomingMessage) {
  if (credentials !== undefined) checkBasicAuth(request.headers.authorization, credentials);
  const { path, query } = readTarget(request.url ?? '');
  try {
    return await dispatch(registry, readRoute(path), { request, query });
  } catch (error) {
    if (isGone(error)) throw new Refusal(400, { code: 'BLOB_UPLOAD_INVALID', message: 'the client went away' });
    throw error;
  }
}

/** Taken apart by hand: `new URL` would resolve `..` before it can be refused. */
function readTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  try {
    return { path: decodeURIComponent(path), query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)) };
  } catch (error) {
    if (error instanceof URIError) throw new Refusal(400, { code: 'NAME_INVALID', message: 'the path is not UTF-8' });
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        new DemoError(
          'DEMO_LISTEN_FAILED',
          `starting the demo registry on ${host}:${port}: ${messageOf(error)}`,
          error,
        ),
      );
    server.once('error', fail);
    server.listen({ port, host }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

const GRACE_MS = 5000;

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
