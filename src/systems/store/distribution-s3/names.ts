import type { Resource } from '../../../evidence/resource.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { failure } from './failures.ts';
import { BLOBS, REPOSITORIES, ROOT } from './keys.ts';
import type { BucketPlace } from './place.ts';

/** A resource that can be removed, with its names taken apart and each looked at: none leads out of the store. */
export type Removable =
  | { readonly kind: 'upload'; readonly repository: string; readonly uuid: string }
  | { readonly kind: 'layer-link' | 'manifest'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'tag-history-link'; readonly repository: string; readonly tag: string; readonly digest: Digest }
  | { readonly kind: 'repository'; readonly repository: string }
  | { readonly kind: 'temporary-file'; readonly key: string; readonly uploadId: string | undefined };

/** @throws STORE_NOT_WRITABLE for names that can stand for nothing here; a plain error for kinds that no store removes */
export function removableOf(place: BucketPlace, { kind, scope, key }: Resource): Removable {
  switch (kind) {
    case 'upload':
      if (!isOneName(key)) throw noSuchName('looking for an upload', key, 'an upload');
      return { kind, repository: repositoryOf(place, scope), uuid: key };
    case 'layer-link':
    case 'manifest':
      return { kind, repository: repositoryOf(place, scope), digest: digestOf(key) };
    case 'tag-history-link': {
      const at = Math.max(key.indexOf('@'), 0);
      const tag = key.slice(0, at);
      if (!isOneName(tag)) throw noSuchName('looking for a tag', key, 'a tag and a manifest');
      return { kind, repository: repositoryOf(place, scope), tag, digest: digestOf(key.slice(at + 1)) };
    }
    case 'repository':
      if (scope !== place.name) throw noSuchName('looking for a repository', scope, 'this store');
      return { kind, repository: requireRepository(key) };
    case 'temporary-file':
      if (scope !== place.name) throw noSuchName('looking for a temporary file', scope, 'this store');
      return { kind, ...temporaryOf(key) };
    default:
      throw new Error(`removing ${kind} ${key} from a store: that is not what remove() is for`);
  }
}

const TEMPORARY = /\/(?:link|data|startedat)\.[0-9a-f-]{36}\.tmp$/;
const PARTIAL = /^(.+\/data)\?uploadId=(.+)$/;

function temporaryOf(text: string): { readonly key: string; readonly uploadId: string | undefined } {
  const [, data, uploadId] = PARTIAL.exec(text) ?? [];
  const key = `${ROOT}/${data ?? text}`;
  const isBelow = key.startsWith(BLOBS) || key.startsWith(REPOSITORIES);
  if (isBelow && data !== undefined && uploadId !== undefined) return { key, uploadId: decodeURIComponent(uploadId) };
  if (isBelow && TEMPORARY.test(key)) return { key, uploadId: undefined };
  throw noSuchName('looking for a temporary file', text, 'a temporary file');
}

function repositoryOf({ name }: BucketPlace, scope: string): string {
  if (!scope.startsWith(`${name}/`)) throw noSuchName('looking for a repository', scope, 'a repository');
  return requireRepository(scope.slice(name.length + 1));
}

/** @throws STORE_NOT_WRITABLE for what is no repository, and could lead elsewhere */
export function requireRepository(repository: string): string {
  if (repository.split('/').every((part) => isOneName(part) && !part.startsWith('_'))) return repository;
  throw noSuchName('looking for a repository', repository, 'a repository');
}

function isOneName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

function digestOf(key: string): Digest {
  if (isDigest(key)) return key;
  throw noSuchName('looking for a link', key, 'a blob or a manifest');
}

export function noSuchName(doing: string, name: string, what: string): Error {
  return failure(
    'STORE_NOT_WRITABLE',
    `${doing}: ${JSON.stringify(name)} is not the name of ${what} of this store`,
    'Make a new plan with this store.',
  );
}
