import { algorithmOf, type Digest, isDigest } from '../../../oci/digest.ts';
import { acceptManifests, bareMediaType } from '../../../oci/media-type.ts';
import { manifestDigest } from '../content-digest.ts';
import type { FetchedManifest, ResolvedManifest } from '../contract.ts';
import { errandOf } from './refusal.ts';
import { errandError } from './registry-error.ts';
import { nameOf, pathOf } from './request-paths.ts';
import type { RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

/** More than any registry takes: Distribution's own limit is 4 MiB. */
export const MAX_MANIFEST_BYTES = 4 << 20;

/**
 * What a tag or digest stands for now. A server that does not tell it on HEAD is asked by GET.
 *
 * @returns undefined: confirmed absent. @throws REGISTRY_DIGEST_MISMATCH where the server names another digest than was asked for
 */
export async function resolveManifest(
  transport: Transport,
  repository: string,
  reference: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ResolvedManifest | undefined> {
  const request = requestFor('HEAD', repository, reference, maxBytes, [404, 405]);
  const response = await transport.send(request, signal);
  if (response.status === 404) return undefined;
  const digest = digestNamed(transport, request, response, reference);
  const sizeBytes = Number(response.headers['content-length'] ?? Number.NaN);
  if (response.status === 405 || digest === undefined || !Number.isSafeInteger(sizeBytes)) {
    const fetched = await fetchManifest(transport, repository, reference, maxBytes, signal);
    if (fetched === undefined) return undefined;
    const { bytes, ...resolved } = fetched;
    return resolved;
  }
  return { digest, mediaType: bareMediaType(response.headers['content-type'] ?? ''), sizeBytes };
}

/**
 * A manifest, whose digest is computed over what was received: it is what was asked for and what the server names.
 *
 * @returns undefined: confirmed absent. @throws REGISTRY_DIGEST_MISMATCH, REGISTRY_TOO_LARGE
 */
export async function fetchManifest(
  transport: Transport,
  repository: string,
  reference: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FetchedManifest | undefined> {
  const request = requestFor('GET', repository, reference, maxBytes, [404]);
  const response = await transport.send(request, signal);
  if (response.status === 404) return undefined;

  const { bytes } = response;
  const mediaType = bareMediaType(response.headers['content-type'] ?? '');
  const named = response.headers['docker-content-digest'];
  const expected = [...(isDigest(reference) ? [reference] : []), ...(isDigest(named) ? [named] : [])];
  for (const digest of expected) {
    const computed = manifestDigest(bytes, mediaType, algorithmOf(digest));
    if (computed !== digest)
      throw mismatch(transport, request, `${bytes.length} bytes with the digest ${computed}`, digest);
  }
  return { digest: expected[0] ?? manifestDigest(bytes, mediaType), mediaType, sizeBytes: bytes.length, bytes };
}

/** The digest that a HEAD tells. Asked by digest, it is that; the server's word must not contradict it. */
function digestNamed(
  transport: Transport,
  request: RegistryRequest,
  response: RegistryResponse,
  reference: string,
): Digest | undefined {
  const named = response.headers['docker-content-digest'];
  if (!isDigest(reference)) return isDigest(named) ? named : undefined;
  if (isDigest(named) && algorithmOf(named) === algorithmOf(reference) && named !== reference)
    throw mismatch(transport, request, `the digest ${named}`, reference);
  return reference;
}

function requestFor(
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
  maxBytes: number,
  accept: readonly number[],
): RegistryRequest {
  return {
    method,
    path: pathOf.manifest(repository, reference),
    repository,
    access: 'pull',
    headers: { accept: acceptManifests },
    maxBytes,
    doing: `${method === 'HEAD' ? 'resolving' : 'reading the manifest'} ${nameOf(repository, reference)}`,
    accept,
  };
}

function mismatch(transport: Transport, request: RegistryRequest, came: string, expected: Digest) {
  return errandError(
    'REGISTRY_DIGEST_MISMATCH',
    errandOf(transport, request),
    `${came} came back instead of ${expected}`,
  );
}
