import type { Digest } from '../../../oci/digest.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { errandOf, refusal } from './refusal.ts';
import { errandError } from './registry-error.ts';
import { nameOf, pathOf } from './request-paths.ts';
import type { RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

/**
 * Deletes a manifest by digest, or a tag by name.
 *
 * @throws REGISTRY_UNSUPPORTED where the server does not do that, REGISTRY_READ_ONLY in maintenance mode
 */
export async function deleteReference(
  transport: Transport,
  repository: string,
  reference: string | Digest,
  signal: AbortSignal,
): Promise<'deleted' | 'absent'> {
  const doing = `deleting ${nameOf(repository, reference)}`;
  return await sendDelete(
    transport,
    { ...deletion(repository, doing), path: pathOf.manifest(repository, reference) },
    signal,
  );
}

/**
 * Takes a blob away from a repository.
 *
 * @throws REGISTRY_UNSUPPORTED where the server does not do that, REGISTRY_READ_ONLY in maintenance mode
 */
export async function deleteBlob(
  transport: Transport,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<'deleted' | 'absent'> {
  const doing = `deleting the blob ${nameOf(repository, digest)}`;
  const { accept, ...request } = { ...deletion(repository, doing), path: pathOf.blob(repository, digest) };
  return await sendDelete(transport, { ...request, accept: [...accept, 500] }, signal);
}

function deletion(repository: string, doing: string) {
  return {
    method: 'DELETE',
    repository,
    access: 'delete',
    maxBytes: 64 << 10,
    doing,
    accept: [400, 404, 405],
  } as const;
}

async function sendDelete(
  transport: Transport,
  request: RegistryRequest,
  signal: AbortSignal,
): Promise<'deleted' | 'absent'> {
  const response = await transport.send(request, signal);
  switch (meaningOf(transport, request, response)) {
    case 'deleted':
      return 'deleted';
    case 'absent':
      return 'absent';
    case 'unsupported':
      throw unsupported(transport, request, response);
    case 'read-only':
      throw readOnly(request);
    case 'refused':
      throw refusal(transport, request, response);
  }
}

/** What the answer to a DELETE means. */
export type DeleteMeaning = 'deleted' | 'absent' | 'unsupported' | 'read-only' | 'refused';

/**
 * Distribution: 405 `UNSUPPORTED` where deletion is disabled, a plain 405 in read-only mode, 400 `DIGEST_INVALID` for a tag
 * where it deletes by digest only. zot: 400 `NAME_UNKNOWN` for an unknown repository.
 */
export function meaningOf(transport: Transport, request: RegistryRequest, response: RegistryResponse): DeleteMeaning {
  if (response.status < 300) return 'deleted';
  const { specCodes } = refusal(transport, request, response);
  if (response.status === 500 && isLinkGone(response)) return 'absent';
  if (response.status === 404 || specCodes.includes('NAME_UNKNOWN') || specCodes.includes('MANIFEST_UNKNOWN'))
    return 'absent';
  if (specCodes.includes('UNSUPPORTED') || specCodes.includes('DIGEST_INVALID')) return 'unsupported';
  return response.status === 405 && specCodes.length === 0 ? 'read-only' : 'refused';
}

/**
 * Distribution 3.0 and 3.1 fail so where it remembers a blob whose link another server over the same storage has removed: their driver's error
 * stands in the answer, in words or as the path of the link. They no longer remember the blob then.
 */
function isLinkGone({ bytes }: RegistryResponse): boolean {
  return /path not found|"Path":\s*"[^"]*\/_layers\/[^"]*\/link"/i.test(Buffer.from(bytes).toString('utf8'));
}

/** @throws REGISTRY_READ_ONLY where a write was answered with a bare 405: the method is switched off as a whole. */
export function readOnly(request: RegistryRequest): CodedError<'REGISTRY_READ_ONLY'> {
  return new CodedError('REGISTRY_READ_ONLY', `${request.doing}: the registry is in read-only mode`, {
    hint: 'Run it again once the maintenance of the registry is over.',
  });
}

function unsupported(transport: Transport, request: RegistryRequest, response: RegistryResponse) {
  const { status, specCodes } = refusal(transport, request, response);
  return errandError(
    'REGISTRY_UNSUPPORTED',
    errandOf(transport, request),
    `${response.status} ${specCodes.join(', ')}`,
    {
      ...(status === undefined ? {} : { status }),
      specCodes,
      hint: 'Enable deletion in the registry (for Distribution: storage.delete.enabled).',
    },
  );
}
