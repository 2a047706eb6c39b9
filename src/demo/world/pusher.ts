import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Digest } from '../../oci/digest.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { DemoError } from '../errors.ts';
import type { WorldManifest } from './world.ts';

/** The pushing half of the distribution spec, as far as the demo's world needs it. */
export interface Pusher {
  upload(repository: string, digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Takes a blob over from another repository; uploads it where the registry won't. */
  mount(repository: string, digest: Digest, from: string, bytes: Uint8Array): Promise<void>;
  /** @returns the status: 201, or 400 where the registry refuses a manifest that is not one of its own types. */
  manifest(repository: string, reference: string, manifest: WorldManifest): Promise<number>;
  /** Ends its connections. */
  close(): void;
}

export interface PusherOptions {
  /** Base URL. */
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** Connections at most; they are kept between requests. */
  readonly connections: number;
  readonly signal: AbortSignal;
}

interface Push {
  readonly method: 'POST' | 'PUT';
  readonly target: string;
  /** Statuses that are an answer and not a failure. */
  readonly expected: readonly number[];
  readonly body?: Uint8Array;
  readonly type?: string;
}

export function openPusher(options: PusherOptions): Pusher {
  const { url } = options;
  const wire = openWire(options);

  async function send(push: Push): Promise<{ readonly status: number; readonly location: string }> {
    const target = new URL(push.target, url);
    const doing = `pushing the demo's world: ${push.method} ${target.pathname}`;
    const { response, body } = await wire.exchange(push, target).catch((error: unknown) => {
      options.signal.throwIfAborted();
      throw new DemoError('DEMO_PUSH_FAILED', `${doing}: ${messageOf(error)}`, error);
    });
    const status = response.statusCode ?? 0;
    if (push.expected.includes(status)) return { status, location: response.headers.location ?? '' };
    throw new DemoError('DEMO_PUSH_FAILED', `${doing}: ${status} ${body.slice(0, 300)}`);
  }

  async function finish(location: string, digest: Digest, bytes: Uint8Array): Promise<void> {
    const target = new URL(location, url);
    target.searchParams.set('digest', digest);
    await send({ method: 'PUT', target: target.href, expected: [201], body: bytes, type: 'application/octet-stream' });
  }

  return {
    upload: async (repository, digest, bytes) => {
      const started = await send({ method: 'POST', target: `/v2/${repository}/blobs/uploads/`, expected: [202] });
      await finish(started.location, digest, bytes);
    },
    mount: async (repository, digest, from, bytes) => {
      const query = new URLSearchParams({ mount: digest, from });
      const target = `/v2/${repository}/blobs/uploads/?${query}`;
      const started = await send({ method: 'POST', target, expected: [201, 202] });
      if (started.status === 202) await finish(started.location, digest, bytes);
    },
    manifest: async (repository, reference, { mediaType, bytes }) => {
      const target = `/v2/${repository}/manifests/${reference}`;
      return (await send({ method: 'PUT', target, expected: [201, 400], body: bytes, type: mediaType })).status;
    },
    close: () => wire.close(),
  };
}

/** Plain `node:http`: thousands of tiny requests are what `fetch` is slow at. */
function openWire({ url, credentials, connections, signal }: PusherOptions) {
  const settings = { keepAlive: true, maxSockets: connections };
  const secure = url.startsWith('https:');
  const agent = secure ? new TlsAgent(settings) : new PlainAgent(settings);
  const begin = secure ? tlsRequest : plainRequest;
  const auth = credentials === undefined ? {} : { auth: `${credentials.username}:${credentials.password}` };

  async function exchange({ method, body, type }: Push, target: URL) {
    const headers = {
      'content-length': body?.byteLength ?? 0,
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = begin(target, { method, agent, headers, signal, ...auth }, resolve);
      request.once('error', reject);
      request.end(body);
    });
    return { response, body: await text(response) };
  }

  return { exchange, close: () => agent.destroy() };
}
