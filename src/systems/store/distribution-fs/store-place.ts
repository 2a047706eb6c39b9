import { join } from 'node:path';
import { blobPath, repositoriesPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { noSuchName } from '../on-disk/failures.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';

/** Where a Distribution store lies. */
export interface StorePlace {
  /** Absolute path of Distribution's `rootdirectory`. */
  readonly root: string;
  /** `<root>/docker/registry/v2`. */
  readonly layoutRoot: string;
  /** `distribution-fs:<root>`, the scope of its blobs. */
  readonly name: string;
}

/** @param root - absolute path of Distribution's `rootdirectory` */
export function storePlace(root: string): StorePlace {
  return { root, layoutRoot: storeRoot(root), name: `distribution-fs:${root}` };
}

export function onDiskPlace({ root, layoutRoot, name }: StorePlace): OnDiskPlace {
  return { root, name, dataPath: (digest) => blobPath(layoutRoot, digest) };
}

/** The repository that a scope `<name>/<repository>` stands for. @throws STORE_NOT_WRITABLE when it is none of this store */
export function repositoryOf(place: StorePlace, scope: string): string {
  const prefix = `${place.name}/`;
  if (!scope.startsWith(prefix)) throw noSuchName('looking for a repository', scope, 'anything');
  return requireRepository(scope.slice(prefix.length));
}

/** Names come from plans, which are files: none may lead out of the store. @throws STORE_NOT_WRITABLE */
export function requireRepository(name: string): string {
  if (name.split('/').every((part) => isOneName(part) && !part.startsWith('_'))) return name;
  throw noSuchName('looking for a repository', name, 'a repository');
}

/** What a folder or a file can be called. */
export function isOneName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[/\\\0]/.test(part);
}

export function repositoryFolder(place: StorePlace, repository: string): string {
  return join(repositoriesPath(place.layoutRoot), requireRepository(repository));
}
