import * as z from 'zod';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { parseDescriptor } from '../../../oci/manifest.ts';
import { listPages } from './pages.ts';
import { RegistryError } from './registry-error.ts';
import { pathOf } from './request-paths.ts';
import type { Transport } from './transport-contract.ts';

/** A tag list of a million tags in one answer is some 40 MiB. */
export const MAX_LIST_BYTES = 128 << 20;

const Catalog = z.object({ repositories: z.array(z.string()).nullable() });
const Tags = z.object({ tags: z.array(z.string()).nullish() });

/** All repositories of the catalog. @throws REGISTRY_NO_CATALOG where there is none */
export function listCatalog(
  transport: Transport,
  pageSize: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const list = {
    path: pathOf.catalog,
    access: 'catalog',
    doing: 'listing the repositories',
    pageSize,
    maxBytes: MAX_LIST_BYTES,
    entries: (body: unknown) => namesOf(Catalog.safeParse(body).data?.repositories),
    nameOf: (name: string) => name,
    refused: (error: RegistryError) =>
      error.status === 400 ? error : new RegistryError('REGISTRY_NO_CATALOG', error.message, { cause: error }),
  } as const;
  return listPages(transport, list, signal);
}

/** All tags of a repository; none where the server does not know the repository. */
export function listTags(
  transport: Transport,
  repository: string,
  pageSize: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const list = {
    path: pathOf.tags(repository),
    repository,
    access: 'pull',
    doing: `listing the tags of ${repository}`,
    pageSize,
    maxBytes: MAX_LIST_BYTES,
    entries: (body: unknown) => {
      const parsed = Tags.safeParse(body);
      return parsed.success ? (parsed.data.tags ?? []) : undefined;
    },
    nameOf: (name: string) => name,
    // A proxy's own 404 must not pass for an empty repository.
    refused: (error: RegistryError) => (isUnknownName(error) ? 'empty' : error),
  } as const;
  return listPages(transport, list, signal);
}

/** Descriptors of the manifests whose subject is `digest`; none where the server has no Referrers API. */
export function listReferrers(
  transport: Transport,
  repository: string,
  digest: Digest,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Descriptor> {
  const list = {
    path: pathOf.referrers(repository, digest),
    repository,
    access: 'pull',
    doing: `listing the referrers of ${repository}@${digest}`,
    pageSize: undefined,
    maxBytes,
    entries: descriptorsOf,
    nameOf: (descriptor: Descriptor) => descriptor.digest,
    refused: (error: RegistryError) => (error.status === 404 ? 'empty' : error),
  } as const;
  return listPages(transport, list, signal);
}

/** The descriptors of an index, or `undefined` when it is none or one of them is malformed. */
export function descriptorsOf(body: unknown): readonly Descriptor[] | undefined {
  const list = (body as { manifests?: unknown } | undefined | null)?.manifests;
  if (!Array.isArray(list)) return undefined;
  const descriptors = list.map(parseDescriptor).filter((one) => one !== undefined);
  return descriptors.length === list.length ? descriptors : undefined;
}

function namesOf(names: readonly string[] | null | undefined): readonly string[] | undefined {
  return names === null ? [] : names;
}

function isUnknownName(error: RegistryError): boolean {
  return error.status === 404 && error.specCodes.includes('NAME_UNKNOWN');
}
