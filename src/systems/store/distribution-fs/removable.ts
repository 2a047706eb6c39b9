import { join } from 'node:path';
import type { Resource } from '../../../evidence/resource.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { noSuchName } from '../on-disk/failures.ts';
import { isOneName, repositoryOf, requireRepository, type StorePlace } from './store-place.ts';

/** A resource that can be removed, with its names taken apart and each looked at: none leads out of the store. */
export type Removable =
  | { readonly kind: 'upload'; readonly repository: string; readonly uuid: string }
  | { readonly kind: 'layer-link'; readonly repository: string; readonly digest: Digest }
  | {
      readonly kind: 'tag-history-link';
      readonly repository: string;
      readonly tag: string;
      readonly digest: Digest;
    }
  | { readonly kind: 'manifest'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'repository'; readonly repository: string }
  | { readonly kind: 'temporary-file'; readonly path: string };

/** @throws STORE_NOT_WRITABLE for names that can stand for nothing here; a plain error for kinds that no store removes */
export function removableOf(place: StorePlace, { kind, scope, key }: Resource): Removable {
  switch (kind) {
    case 'upload':
      if (!isOneName(key)) throw noSuchName('looking for an upload', key, 'an upload');
      return { kind, repository: repositoryOf(place, scope), uuid: key };
    case 'layer-link':
    case 'manifest':
      return { kind, repository: repositoryOf(place, scope), digest: digestOf(key) };
    case 'tag-history-link': {
      const at = key.indexOf('@');
      const tag = key.slice(0, Math.max(at, 0));
      if (!isOneName(tag)) throw noSuchName('looking for a tag', key, 'a tag and a manifest');
      return { kind, repository: repositoryOf(place, scope), tag, digest: digestOf(key.slice(at + 1)) };
    }
    case 'repository':
      requireScope(place, scope);
      return { kind, repository: requireRepository(key) };
    case 'temporary-file':
      requireScope(place, scope);
      return { kind, path: temporaryPath(place, key) };
    default:
      throw new Error(`removing ${kind} ${key} from a store: that is not what remove() is for`);
  }
}

/** What Distribution calls a file while it writes it: its name, something unique, `tmp`. */
export const TEMPORARY = /^[A-Za-z0-9_-]+\.[A-Za-z0-9-]+\.tmp$/;

function temporaryPath(place: StorePlace, key: string): string {
  const parts = key.split('/');
  const isBelow = parts[0] === 'blobs' || parts[0] === 'repositories';
  if (!isBelow || !parts.every(isOneName) || !TEMPORARY.test(parts.at(-1) ?? ''))
    throw noSuchName('looking for a temporary file', key, 'a temporary file');
  return join(place.layoutRoot, ...parts);
}

function digestOf(key: string): Digest {
  if (isDigest(key)) return key;
  throw noSuchName('looking for a link', key, 'a blob or a manifest');
}

function requireScope(place: StorePlace, scope: string): void {
  if (scope !== place.name) throw noSuchName('looking for a part of the store', scope, 'this store, or a part');
}
