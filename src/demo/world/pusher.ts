import type { Digest } from '../../oci/digest.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import type { WorldManifest } from './world.ts';

/** The pushing half of the distribution spec, as far as the demo's world needs it. */
export interface Pusher {
  upload(repository: string, digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Takes a blob over from another repository; uploads it where the registry won't. */
  mount(repository: string, digest: Digest, from: string, bytes: Uint8Array): Promise<void>;
  /** @returns the status: 201, or 400 where the registry refuses a manifest that is not one of its own types. */
  manifest(repository: string, reference: string, manifest: WorldManifest): Promise<number>;
}

export function openPusher(
  url: string,
  credentials: { readonly username: string; readonly password: string } | undefined,
  signal: AbortSignal,
): Pusher {
  const own: Record<string, string> =
    credentials === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` };

  async function send(method: string, path: string, expected: readonly number[], body?: Uint8Array, type?: string) {
    const target = new URL(path, url);
    const doing = `pushing the demo's world: ${method} ${target.pathname}`;
    const response = await fetch(target, {
      method,
      headers: { ...own, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new CodedError('DEMO_PUSH_FAILED', `${doing}: ${messageOf((error as Error).cause ?? error)}`, {
        cause: error,
      });
    });
    const text = await response.text(); // read, so that the connection is free for the next
    if (expected.includes(response.status)) return response;
    throw new CodedError('DEMO_PUSH_FAILED', `${doing}: ${response.status} ${text.slice(0, 300)}`);
  }

  async function finish(location: string | null, digest: Digest, bytes: Uint8Array): Promise<void> {
    const target = new URL(location ?? '', url);
    target.searchParams.set('digest', digest);
    await send('PUT', target.href, [201], bytes, 'application/octet-stream');
  }

  return {
    upload: async (repository, digest, bytes) => {
      const started = await send('POST', `/v2/${repository}/blobs/uploads/`, [202]);
      await finish(started.headers.get('location'), digest, bytes);
    },
    mount: async (repository, digest, from, bytes) => {
      const query = new URLSearchParams({ mount: digest, from });
      const started = await send('POST', `/v2/${repository}/blobs/uploads/?${query}`, [201, 202]);
      if (started.status === 202) await finish(started.headers.get('location'), digest, bytes);
    },
    manifest: async (repository, reference, { mediaType, bytes }) => {
      const response = await send('PUT', `/v2/${repository}/manifests/${reference}`, [201, 400], bytes, mediaType);
      return response.status;
    },
  };
}
