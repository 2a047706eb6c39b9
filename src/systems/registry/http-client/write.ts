import { algorithmOf, type Digest, isDigest } from '../../../oci/digest.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { digestOf, manifestDigest } from '../content-digest.ts';
import { readOnly } from './delete.ts';
import { errandOf, refusal } from './refusal.ts';
import { errandError } from './registry-error.ts';
import { nameOf, pathOf } from './request-paths.ts';
import type { RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

const MAX_ANSWER_BYTES = 64 << 10;

/**
 * Pushes a manifest byte for byte.
 *
 * @returns the digest that the server stored it under
 * @throws REGISTRY_DIGEST_MISMATCH where `reference` is another digest (nothing is sent then), or the server names another
 */
export async function pushManifest(
  transport: Transport,
  repository: string,
  reference: string,
  manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
  signal: AbortSignal,
): Promise<Digest> {
  const { mediaType, bytes } = manifest;
  const request: RegistryRequest = {
    method: 'PUT',
    path: pathOf.manifest(repository, reference),
    repository,
    access: 'push',
    headers: { 'content-type': mediaType },
    body: bytes,
    maxBytes: MAX_ANSWER_BYTES,
    doing: `pushing the manifest ${nameOf(repository, reference)}`,
    accept: [405],
  };
  const algorithm = isDigest(reference) ? algorithmOf(reference) : 'sha256';
  const digest = manifestDigest(bytes, mediaType, algorithm);
  if (isDigest(reference) && reference !== digest)
    throw mismatch(transport, request, `its bytes have the digest ${digest}`);

  const response = await sendWrite(transport, request, signal);
  const named = response.headers['docker-content-digest'];
  if (isDigest(named) && manifestDigest(bytes, mediaType, algorithmOf(named)) !== named)
    throw mismatch(transport, request, `it was stored as ${named}, not as ${digest}`);
  return isDigest(named) ? named : digest;
}

/**
 * Pushes a small blob: an upload is opened, and closed with all of the bytes. It is always sent, even where the server says
 * that it has the blob: its cache may be wrong, and this heals it.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#post-then-put
 */
export async function pushBlob(
  transport: Transport,
  repository: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Digest> {
  const digest = digestOf(bytes);
  const base = { repository, access: 'push', maxBytes: MAX_ANSWER_BYTES, accept: [405] } as const;
  const doing = `pushing the blob ${nameOf(repository, digest)}`;
  const open: RegistryRequest = { ...base, method: 'POST', path: pathOf.uploads(repository), doing };
  const opened = await sendWrite(transport, open, signal);
  const close: RegistryRequest = {
    ...base,
    method: 'PUT',
    path: uploadPath(transport, open, opened, digest),
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    doing,
  };
  const closed = await sendWrite(transport, close, signal);
  const named = closed.headers['docker-content-digest'];
  if (isDigest(named) && digestOf(bytes, algorithmOf(named)) !== named)
    throw mismatch(transport, close, `it was stored as ${named}`);
  return digest;
}

/** `Location` is relative or absolute, with or without a query. Only path and query are taken: we stay on our host. */
function uploadPath(transport: Transport, open: RegistryRequest, opened: RegistryResponse, digest: Digest): string {
  const from = `${transport.url}${open.path}`;
  const location = opened.headers['location'] ?? '';
  if (location === '' || readUrl(location, from) === undefined)
    throw errandError('REGISTRY_BAD_ANSWER', errandOf(transport, open), 'an upload without a usable Location');
  const url = new URL(location, from);
  // Behind a proxy a registry may know itself by another name; then the path must at least be that of an upload here.
  if (url.host !== new URL(from).host && !url.pathname.startsWith(open.path))
    throw errandError(
      'REGISTRY_BAD_ANSWER',
      errandOf(transport, open),
      `it sends the upload to another host, ${url.host}`,
    );
  return `${url.pathname}${url.search}${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
}

async function sendWrite(
  transport: Transport,
  request: RegistryRequest,
  signal: AbortSignal,
): Promise<RegistryResponse> {
  const response = await transport.send(request, signal);
  if (response.status < 400) return response;
  const error = refusal(transport, request, response);
  throw error.specCodes.length === 0 ? readOnly(request) : error;
}

function mismatch(transport: Transport, request: RegistryRequest, what: string) {
  return errandError('REGISTRY_DIGEST_MISMATCH', errandOf(transport, request), what);
}
