import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  blobPath,
  currentLinkPath,
  formatStartedAt,
  layerLinkPath,
  revisionLinkPath,
  storeRoot,
  tagIndexLinkPath,
  uploadPath,
} from '../../src/oci/distribution-layout.ts';
import { type StoreScribe, type Truth, tellStore } from './model.ts';

const SEED = 'winnow';
/** Raised whenever the model changes: stores of an earlier one are not used again. */
const GENERATION = 1;

export interface MadeStore {
  /** The registry's root directory. */
  readonly dir: string;
  readonly truth: Truth;
}

/**
 * The store of this size; made where it is not there yet, which takes about a minute for each 200,000 blobs.
 *
 * @param folder - where stores are kept between runs.
 */
export function madeStore(folder: string, blobs: number): MadeStore {
  const dir = join(folder, `${SEED}-${blobs}-${GENERATION}`);
  const truthFile = `${dir}.json`;
  if (existsSync(truthFile)) return { dir, truth: JSON.parse(readFileSync(truthFile, 'utf8')) as Truth };
  mkdirSync(dir, { recursive: true });
  const truth = tellStore(SEED, blobs, scribeOf(storeRoot(dir)));
  writeFileSync(truthFile, JSON.stringify(truth));
  return { dir, truth };
}

function scribeOf(root: string): StoreScribe {
  const put = (path: string, bytes: string | Buffer) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  return {
    blob: (digest, bytes) => put(blobPath(root, digest), bytes),
    layerLink: (repository, digest) => put(layerLinkPath(root, repository, digest), digest),
    revision: (repository, digest, gone) => {
      const path = revisionLinkPath(root, repository, digest);
      if (gone) mkdirSync(dirname(path), { recursive: true });
      else put(path, digest);
    },
    tag: (repository, tag, history) => {
      for (const digest of history) put(tagIndexLinkPath(root, repository, tag, digest), digest);
      put(currentLinkPath(root, repository, tag), history.at(-1) ?? '');
    },
    upload: (repository, uuid, bytes) => {
      put(join(uploadPath(root, repository, uuid), 'startedat'), formatStartedAt(new Date()));
      put(join(uploadPath(root, repository, uuid), 'data'), bytes);
    },
  };
}
