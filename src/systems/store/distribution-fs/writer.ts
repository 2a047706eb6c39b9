import { dirname } from 'node:path';
import type { Resource } from '../../../evidence/resource.ts';
import type { PendingBlob, Store, StoreOutcome, StoreReader } from '../contract.ts';
import { storageClockMs } from '../on-disk/clock.ts';
import { groundOf } from '../on-disk/ground.ts';
import { onDiskWriter } from '../on-disk/on-disk-writer.ts';
import { EMPTY_FOR_MS, removeEmptyBlobFolder } from './empty-blob-folders.ts';
import { linkLayer, unlinkLayer } from './layer-link.ts';
import { removeFile } from './link-file.ts';
import { removableOf } from './removable.ts';
import { removeHistoryLink, removeIdleLayerLink } from './remove-leftover.ts';
import { removeManifest } from './remove-manifest.ts';
import { removeRepository, removeUpload } from './remove-tree.ts';
import { putBackSaved, saveFiles } from './saved-files.ts';
import { onDiskPlace, type StorePlace } from './store-place.ts';
import { type TagTables, tagTables } from './tag-table.ts';

/** What changes a store, and the list of what is on its way out. */
export type StoreWriter = Omit<Store, keyof StoreReader> & Pick<StoreReader, 'pending'>;

export interface StoreWriterOptions {
  /** How long the lock on the storage outlives its last sign of life, in milliseconds. */
  readonly lockTtlMs?: number;
}

/**
 * The writing half of a Distribution store on a file system. Nothing is opened, and nothing written, before a function is called.
 * No symbolic link or mount below the root is ever followed. @throws from its functions: STORE_NOT_WRITABLE and what the contract names
 */
export function storeWriter(place: StorePlace, options: StoreWriterOptions = {}): StoreWriter {
  const general = onDiskWriter(onDiskPlace(place), options);
  const tables = tagTables(place);
  return {
    ...general,
    async unlink(repository, digest, notNewerThanMs) {
      return unlinkLayer(place, repository, digest, notNewerThanMs);
    },
    async link(repository, digest) {
      return linkLayer(place, repository, digest);
    },
    async purge(blobs) {
      const outcomes = await general.purge(blobs);
      removeFoldersLeftBehind(place, blobs, outcomes);
      return outcomes;
    },
    remove: (target, notNewerThanMs) => remove(place, tables, target, notNewerThanMs),
    async save(target) {
      return saveFiles(place, removableOf(place, target), tables);
    },
    async putBack(target, saved) {
      return putBackSaved(place, removableOf(place, target), saved);
    },
  };
}

async function remove(
  place: StorePlace,
  tables: TagTables,
  resource: Resource,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const target = removableOf(place, resource);
  switch (target.kind) {
    case 'upload':
      return removeUpload(place, target.repository, target.uuid, notNewerThanMs);
    case 'layer-link':
      return removeIdleLayerLink(place, target.repository, target.digest, notNewerThanMs);
    case 'tag-history-link':
      return removeHistoryLink(place, target.repository, target.tag, target.digest, notNewerThanMs);
    case 'temporary-file':
      return removeFile(groundOf(place.root), target.path, notNewerThanMs);
    case 'repository':
      return removeRepository(place, target.repository, notNewerThanMs);
    case 'manifest': {
      const tags = await tables(target.repository);
      return removeManifest({ ...target, place, ground: groundOf(place.root), notNewerThanMs, tags });
    }
  }
}

/** With its data a blob's folder goes, when it has long been empty. */
function removeFoldersLeftBehind(
  place: StorePlace,
  blobs: readonly PendingBlob[],
  outcomes: readonly StoreOutcome[],
): void {
  const purged = blobs.filter((_, at) => outcomes[at] === 'done');
  if (purged.length === 0) return;
  const notNewerThanMs = storageClockMs(place.root) - EMPTY_FOR_MS;
  const ground = groundOf(place.root);
  const { dataPath } = onDiskPlace(place);
  for (const { digest } of purged) removeEmptyBlobFolder(ground, dirname(dataPath(digest)), notNewerThanMs);
}
