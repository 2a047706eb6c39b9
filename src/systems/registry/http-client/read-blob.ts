import type { Digest } from '../../../oci/digest.ts';
import { isContentOf } from '../content-digest.ts';
import { errandOf } from './refusal.ts';
import { errandError } from './registry-error.ts';
import { nameOf, pathOf } from './request-paths.ts';
import type { RegistryRequest, Transport } from './transport-contract.ts';

/** Size of a blob in bytes. @returns undefined: confirmed absent */
export async function readBlobSize(
  transport: Transport,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<number | undefined> {
  const request = requestFor('HEAD', repository, digest, 0);
  const response = await transport.send(request, signal);
  if (response.status === 404) return undefined;
  const sizeBytes = Number(response.headers['content-length'] ?? Number.NaN);
  if (Number.isSafeInteger(sizeBytes)) return sizeBytes;
  throw errandError('REGISTRY_BAD_ANSWER', errandOf(transport, request), 'an answer without a Content-Length');
}

/** A small blob, verified. @returns undefined: confirmed absent. @throws REGISTRY_TOO_LARGE, REGISTRY_DIGEST_MISMATCH */
export async function readBlob(
  transport: Transport,
  repository: string,
  digest: Digest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const request = requestFor('GET', repository, digest, maxBytes);
  const response = await transport.send(request, signal);
  if (response.status === 404) return undefined;
  if (isContentOf(digest, response.bytes)) return response.bytes;
  throw errandError(
    'REGISTRY_DIGEST_MISMATCH',
    errandOf(transport, request),
    `${response.bytes.length} bytes that are not ${digest}`,
  );
}

function requestFor(method: 'GET' | 'HEAD', repository: string, digest: Digest, maxBytes: number): RegistryRequest {
  return {
    method,
    path: pathOf.blob(repository, digest),
    repository,
    access: 'pull',
    maxBytes,
    doing: `${method === 'HEAD' ? 'looking for' : 'reading'} the blob ${nameOf(repository, digest)}`,
    accept: [404],
  };
}
