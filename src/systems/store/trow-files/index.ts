import type { Store } from '../contract.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { type OnDiskWriterOptions, onDiskWriter } from '../on-disk/on-disk-writer.ts';
import { blobPath } from './layout.ts';
import { putBackIntoTrow, saveOfTrow } from './put-back.ts';
import { trowReader } from './reader.ts';
import { removeFromTrow } from './remove.ts';

/**
 * The storage of Trow up to 0.6. Nothing is opened before it is asked for something.
 * @param dir - Trow's data directory, absolute: the folder that holds `blobs` and `manifests`
 * @see ./README.md
 */
export async function openTrowFiles(
  dir: string,
  settings: Pick<OnDiskWriterOptions, 'lockTtlMs'> = {},
): Promise<Store> {
  const place: OnDiskPlace = {
    root: dir,
    name: `trow-files:${dir}`,
    dataPath: (digest) => blobPath(dir, digest),
  };
  return {
    ...trowReader(place),
    ...onDiskWriter(place, settings),
    // There are no layer links: nothing to take away, and nothing that is missing.
    unlink: async () => 'absent',
    link: async () => 'there',
    remove: async (target, notNewerThanMs) => removeFromTrow(place, target, notNewerThanMs),
    save: async (target) => saveOfTrow(place, target),
    putBack: async (target, saved) => putBackIntoTrow(place, target, saved),
  };
}
