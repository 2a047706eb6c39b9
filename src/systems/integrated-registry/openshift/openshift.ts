import { randomBytes } from 'node:crypto';
import type { Digest } from '../../../oci/digest.ts';
import { acceptManifests, bareMediaType } from '../../../oci/media-type.ts';
import { isContentOf, isManifestOf } from '../content.ts';
import type { IntegratedRegistry } from '../contract.ts';
import { mayBeInsecure } from '../insecure-permission.ts';
import { parseRegistryAddress } from '../registry-address.ts';
import type { IntegratedRegistrySettings } from '../settings.ts';
import { type Client, openClient, requestFailure } from './client.ts';
import { authoritiesOf, openConnection, type Security } from './connection.ts';
import { ping } from './ping.ts';

const MAX_MANIFEST_BYTES = 4 << 20;
const OTHER_DIGEST = 'the content has another digest';

/**
 * Connects to OpenShift's registry: finds out how it can be spoken to, and knows the user by his token.
 *
 * @see https://github.com/openshift/image-registry/blob/d4cce00/pkg/dockerregistry/server/blobdescriptorservice.go for its own verb, `/admin/blobs/<digest>`
 * @throws INTEGRATED_REGISTRY_URL_INVALID, INTEGRATED_REGISTRY_SETTINGS_INVALID, INTEGRATED_REGISTRY_TLS_FILE_INVALID,
 *   INTEGRATED_REGISTRY_PING_FAILED
 */
export async function openshiftRegistry(
  settings: IntegratedRegistrySettings,
  signal: AbortSignal,
): Promise<IntegratedRegistry> {
  const { url, isUrlGiven, login, caFile, forceInsecure, concurrency, timeoutMs, retries } = settings;
  const address = parseRegistryAddress(url);
  const insecureAllowed = mayBeInsecure(address, { forced: forceInsecure, caFile, loginIsInsecure: login.isInsecure });
  const authorities = await authoritiesOf(login.ca, caFile);
  const open = (security: Security) =>
    openConnection(address.host, security, { authorities, connections: concurrency, timeoutMs });
  const asked = { insecureAllowed, isUrlGiven, open, ...(caFile === undefined ? {} : { caFile }) };
  const connection = await ping(address, asked, signal);
  const client = openClient(connection, { login, retries });
  return verbs(client);
}

function verbs(client: Client): IntegratedRegistry {
  const { url, security, ask, remove } = client;
  return {
    url,
    security,
    assertCanDelete: async (repository, signal) => {
      // Nothing has the digest of chance.
      const digest = `sha256:${randomBytes(32).toString('hex')}` as const;
      await remove(`asking whether ${repository} lets go of manifests`, manifestPath(repository, digest), signal);
      await remove('asking whether blobs can be deleted', `/admin/blobs/${digest}`, signal);
    },
    deleteManifestLink: (repository, digest, signal) =>
      remove(`deleting the manifest link ${repository}@${digest}`, manifestPath(repository, digest), signal),
    deleteLayerLink: (repository, digest, signal) =>
      remove(`deleting the layer link ${digest} of ${repository}`, blobPath(repository, digest), signal),
    deleteBlob: (digest, signal) => remove(`deleting the blob ${digest}`, `/admin/blobs/${digest}`, signal),
    manifest: async (repository, digest, signal) => {
      const doing = `reading the manifest ${repository}@${digest}`;
      const path = manifestPath(repository, digest);
      const headers = { accept: acceptManifests };
      const answer = await ask(
        doing,
        { method: 'GET', path, headers, maxBytes: MAX_MANIFEST_BYTES },
        [200, 404],
        signal,
      );
      if (answer.status === 404) return undefined;
      const mediaType = bareMediaType(answer.headers['content-type'] ?? '');
      if (answer.isCut) throw requestFailure(`${doing}: the answer is larger than any manifest`);
      if (!isManifestOf(digest, mediaType, answer.bytes)) throw requestFailure(`${doing}: ${OTHER_DIGEST}`);
      return { mediaType, bytes: answer.bytes };
    },
    putManifest: async (repository, digest, { mediaType, bytes }, signal) => {
      const doing = `pushing the manifest ${repository}@${digest}`;
      const path = manifestPath(repository, digest);
      const headers = { 'content-type': mediaType };
      if (!isManifestOf(digest, mediaType, bytes)) throw requestFailure(`${doing}: ${OTHER_DIGEST}`);
      await ask(doing, { method: 'PUT', path, headers, body: bytes, maxBytes: 8192 }, [201, 202], signal);
    },
    blobSize: async (repository, digest, signal) => {
      const path = blobPath(repository, digest);
      const doing = `looking for the blob ${digest} in ${repository}`;
      // Registries send clients to where their storage is: that it does so is answer enough.
      const answer = await ask(doing, { method: 'HEAD', path, maxBytes: 8192 }, [200, 302, 307, 404], signal);
      if (answer.status === 404) return undefined;
      const size = Number(answer.headers['content-length'] ?? Number.NaN);
      return answer.status === 200 && Number.isSafeInteger(size) ? size : 0;
    },
    smallBlob: async (repository, digest, maxBytes, signal) => {
      const doing = `reading the blob ${digest} of ${repository}`;
      const path = blobPath(repository, digest);
      const answer = await ask(doing, { method: 'GET', path, maxBytes }, [200, 302, 307, 404], signal);
      if (answer.status !== 200 || answer.isCut) return undefined;
      if (!isContentOf(digest, answer.bytes)) throw requestFailure(`${doing}: ${OTHER_DIGEST}`);
      return answer.bytes;
    },
    putBlob: (repository, digest, bytes, signal) => putBlob(client, repository, digest, bytes, signal),
    mountBlob: async (repository, digest, from, signal) => {
      const query = `mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
      const path = `/v2/${repository}/blobs/uploads/?${query}`;
      const doing = `mounting the blob ${digest} of ${from} into ${repository}`;
      const answer = await ask(doing, { method: 'POST', path, maxBytes: 8192 }, [201, 202, 404], signal);
      if (answer.status === 201) return 'mounted';
      if (answer.status === 202) await client.abandonUpload(answer, signal);
      return 'absent';
    },
    close: client.close,
  };
}

async function putBlob(
  client: Client,
  repository: string,
  digest: Digest,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const doing = `pushing the blob ${digest} to ${repository}`;
  if (!isContentOf(digest, bytes)) throw requestFailure(`${doing}: ${OTHER_DIGEST}`);
  const open = { method: 'POST', path: `/v2/${repository}/blobs/uploads/`, maxBytes: 8192 } as const;
  const opened = await client.ask(doing, open, [202], signal);
  const path = client.uploadPath(doing, opened);
  const close = `${path}${path.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  await client.ask(doing, { method: 'PUT', path: close, headers, body: bytes, maxBytes: 8192 }, [201, 204], signal);
}

function manifestPath(repository: string, digest: Digest): string {
  return `/v2/${repository}/manifests/${digest}`;
}

function blobPath(repository: string, digest: Digest): string {
  return `/v2/${repository}/blobs/${digest}`;
}
