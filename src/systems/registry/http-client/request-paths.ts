import { type Digest, isDigest } from '../../../oci/digest.ts';
import { isRepository, isTag } from '../../../oci/reference.ts';
import { RegistryError } from './registry-error.ts';

/**
 * Paths below the base URL. Names often come from a server's own lists: one that is no name never becomes part of a path.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints
 */
export const pathOf = {
  api: '/v2/',
  catalog: '/v2/_catalog',
  tags: (repository: string): string => `/v2/${checkedRepository(repository)}/tags/list`,
  manifest: (repository: string, reference: string): string =>
    `/v2/${checkedRepository(repository)}/manifests/${checkedReference(repository, reference)}`,
  blob: (repository: string, digest: Digest): string => `/v2/${checkedRepository(repository)}/blobs/${digest}`,
  uploads: (repository: string): string => `/v2/${checkedRepository(repository)}/blobs/uploads/`,
  referrers: (repository: string, digest: Digest): string => `/v2/${checkedRepository(repository)}/referrers/${digest}`,
  /** Trow's own, up to 0.6. */
  history: (repository: string, tag: string): string =>
    `/${checkedRepository(repository)}/manifest_history/${checkedReference(repository, tag)}`,
} as const;

/** `team/app:v1` or `team/app@sha256:…`, for messages. */
export function nameOf(repository: string, reference: string): string {
  return `${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
}

function checkedRepository(repository: string): string {
  if (isRepository(repository)) return repository;
  throw invalid(`the repository ${JSON.stringify(repository)}`, 'that is not a repository name');
}

function checkedReference(repository: string, reference: string): string {
  if (isTag(reference) || isDigest(reference)) return reference;
  throw invalid(`${repository}: the reference ${JSON.stringify(reference)}`, 'that is neither a tag nor a digest');
}

function invalid(what: string, why: string): RegistryError {
  return new RegistryError('REGISTRY_BAD_ANSWER', `addressing ${what.slice(0, 300)}: ${why}`);
}
