import type { Digest } from '../../../oci/digest.ts';
import type { Listed } from './bucket.ts';
import { REPOSITORIES, readKey } from './keys.ts';
import { listAll } from './list-all.ts';
import type { BucketPlace } from './place.ts';

/** All blobs that a repository has layer links to. @throws STORE_WALK_FAILED */
export async function layersOf(
  place: BucketPlace,
  repository: string,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  const take = (objects: readonly Listed[]): void => {
    for (const { key } of objects) {
      const thing = readKey(key);
      if (thing?.is === 'layer-link' && thing.digest !== undefined) found.push(thing.digest);
    }
  };
  await listAll(
    { bucket: place.bucket, readers: place.readers, take },
    `${REPOSITORIES}${repository}/_layers/`,
    signal,
  );
  return found;
}
