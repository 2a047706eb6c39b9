import type { Digest } from '../../../oci/digest.ts';
import { isRepository } from '../../../oci/reference.ts';
import type { Capabilities } from '../contract.ts';
import type { RegistryProfile, Signs } from '../profile.ts';
import { meaningOf } from './delete.ts';
import { descriptorsOf } from './lists.ts';
import { parseJson } from './pages.ts';
import { RegistryError } from './registry-error.ts';
import { pathOf } from './request-paths.ts';
import type { Access, OpenTransport, RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

/** No content has this digest. */
const NO_DIGEST: Digest = `sha256:${'0'.repeat(64)}`;
const NO_TAG = 'winnow-probe-does-not-exist-5f3a9c';
/** For probes where the registry has no repository yet. */
const NO_REPOSITORY = 'winnow/probe';
/** Any of these says something. */
const ANSWERS = [400, 403, 404, 405, 409, 412, 415, 416, 422, 501];
const MAX_BYTES = 4 << 20;

/** The first answers of a server, taken once. */
export interface Acquaintance {
  readonly signs: Signs;
  readonly profile: RegistryProfile;
  /** A repository that exists, or one that could. */
  readonly repository: string;
  /** `undefined` where there is no catalog. */
  readonly firstPage: { readonly names: readonly string[]; readonly linked: boolean } | undefined;
}

/**
 * Gets to know a server: all requests only read.
 *
 * @param profiles - asked in order which of them recognises the server; the last one recognises all.
 * @throws what `GET /v2/` fails with: wrong address, wrong credentials
 */
export async function getAcquainted(
  transport: Transport & Pick<OpenTransport, 'wayIn'>,
  profiles: readonly RegistryProfile[],
  named: readonly string[],
  signal: AbortSignal,
): Promise<Acquaintance> {
  const api = await transport.send(probe('GET', pathOf.api, 'pull'), signal);
  const wayIn = transport.wayIn(); // other paths may ask otherwise
  const firstPage = await firstPageOf(transport, signal);
  const repository = [...named, ...(firstPage?.names ?? [])].find(isProbeable) ?? NO_REPOSITORY;
  const options = await ask(
    transport,
    probe('OPTIONS', pathOf.manifest(repository, 'latest'), 'pull', repository),
    signal,
  );
  const referrers = await ask(
    transport,
    probe('GET', pathOf.referrers(repository, NO_DIGEST), 'pull', repository),
    signal,
  );
  const signs: Signs = {
    api: api.headers,
    wayIn,
    options,
    // Trow's router answers OPTIONS with 405; nobody else's home page is of interest.
    home: options.status === 405 ? textOf(await ask(transport, probe('GET', '/', 'pull'), signal)) : '',
    referrersApi: referrers.status === 200 && descriptorsOf(parseJson(referrers.bytes)) !== undefined,
  };
  const profile = profiles.find((one) => one.recognises(signs));
  if (profile === undefined) throw new Error('the last profile has to recognise every server');
  return { signs, profile, repository, firstPage };
}

/** Below `f/` Trow keeps what it proxies, and does less. */
function isProbeable(repository: string): boolean {
  return isRepository(repository) && !repository.startsWith('f/');
}

/**
 * Finds out what a server can do, as far as it was not declared and its product does not tell, without a side effect:
 * what is asked to be deleted does not exist.
 */
export async function probeCapabilities(
  transport: Transport,
  known: Acquaintance,
  declared: Partial<Capabilities>,
  signal: AbortSignal,
): Promise<Capabilities> {
  const { signs, profile, repository, firstPage } = known;
  const given: Partial<Capabilities> = { ...profile.known, ...declared };
  const writable = given.writable ?? allowsPut(signs.options.headers['allow']);
  const deletes = (reference: string) => canDelete(transport, repository, reference, signal);
  return {
    product: given.product ?? profile.id,
    catalog: given.catalog ?? firstPage !== undefined,
    linkPagination: given.linkPagination ?? firstPage?.linked ?? false,
    writable,
    deleteByDigest: given.deleteByDigest ?? (writable && (await deletes(NO_DIGEST))),
    deleteByTag: given.deleteByTag ?? (writable && profile.quirks.untagsOneTagOnly && (await deletes(NO_TAG))),
    referrersApi: given.referrersApi ?? signs.referrersApi,
  };
}

/** Asks whether the server offers no write at all at the moment. One that does not say what it offers is not read-only. */
export async function probeReadOnly(transport: Transport, repository: string, signal: AbortSignal): Promise<boolean> {
  const request = probe('OPTIONS', pathOf.manifest(repository, 'latest'), 'pull', repository);
  const { allow } = (await ask(transport, request, signal)).headers;
  return allow !== undefined && /\bGET\b/i.test(allow) && !/\b(PUT|POST|PATCH|DELETE)\b/i.test(allow);
}

/** A read-only server offers GET and HEAD alone. One that does not say is taken at its first write. */
function allowsPut(allow: string | undefined): boolean {
  return allow === undefined || /\bPUT\b/i.test(allow);
}

/** Makes sure by HEAD that there is nothing to delete, then asks to delete it. */
async function canDelete(
  transport: Transport,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = pathOf.manifest(repository, reference);
  const present = await ask(transport, probe('HEAD', path, 'pull', repository), signal);
  if (present.status !== 404) return false;
  const request = probe('DELETE', path, 'delete', repository);
  const response = await ask(transport, request, signal);
  const meaning = meaningOf(transport, request, response);
  return meaning === 'deleted' || meaning === 'absent';
}

async function firstPageOf(transport: Transport, signal: AbortSignal): Promise<Acquaintance['firstPage']> {
  const response = await ask(transport, probe('GET', `${pathOf.catalog}?n=1`, 'catalog'), signal);
  const body =
    response.status === 200 ? (parseJson(response.bytes) as { repositories?: unknown } | undefined) : undefined;
  if (body === undefined || !('repositories' in body)) return undefined;
  const names = Array.isArray(body.repositories) ? body.repositories.filter((name) => typeof name === 'string') : [];
  return { names, linked: response.headers['link'] !== undefined };
}

/** Any answer will do, also that one may not; only a server that does not answer is a failure. */
async function ask(transport: Transport, request: RegistryRequest, signal: AbortSignal): Promise<RegistryResponse> {
  try {
    return await transport.send(request, signal);
  } catch (error) {
    if (error instanceof RegistryError && error.status !== undefined)
      return { status: error.status, headers: {}, bytes: new Uint8Array() };
    throw error;
  }
}

function probe(method: RegistryRequest['method'], path: string, access: Access, repository?: string): RegistryRequest {
  return {
    method,
    path,
    access,
    maxBytes: MAX_BYTES,
    doing: 'finding out what the registry can do',
    ...(path === pathOf.api ? {} : { accept: ANSWERS }),
    ...(repository === undefined ? {} : { repository }),
  };
}

function textOf(response: RegistryResponse): string {
  return response.status === 200 ? Buffer.from(response.bytes).toString('utf8') : '';
}
