import type { Digest } from '../../../oci/digest.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import type { BucketReader } from './bucket.ts';
import { listingWrong } from './failures.ts';
import { dataKey } from './keys.ts';
import type { ManifestIndex } from './manifest-index.ts';
import { type Names, namesIn } from './names-in.ts';
import { inParallel } from './parallel.ts';

/** No registry takes a larger one: Distribution's limit. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** A server that has just listed an object and does not find it is asked again, so often, after a while. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 1000;

export interface ManifestReading {
  readonly bucket: BucketReader;
  readonly index: ManifestIndex;
  readonly readers: number;
  /** Whether the data was listed. */
  isListed(manifest: Digest): boolean;
}

/**
 * Tells what each manifest names, fetched once for the whole store, or remembered from an earlier run; in words why that is not known.
 *
 * @throws STORE_WALK_FAILED
 */
export async function readManifests(
  reading: ManifestReading,
  manifests: Iterable<Digest>,
  take: (manifest: Digest, names: Names | string) => void,
  signal: AbortSignal,
): Promise<void> {
  await inParallel(manifests, reading.readers, async (digest) => {
    take(digest, await namesOf(reading, digest, signal));
  });
}

async function namesOf(reading: ManifestReading, digest: Digest, signal: AbortSignal): Promise<Names | string> {
  const isListed = reading.isListed(digest);
  const remembered = isListed ? reading.index.get(digest) : undefined;
  if (remembered !== undefined) return remembered;
  const bytes = await bytesOf(reading, digest, isListed, signal);
  if (typeof bytes === 'string') return bytes;
  const names = namesIn(digest, bytes);
  if (typeof names !== 'string') reading.index.add(digest, names);
  return names;
}

async function bytesOf(
  { bucket }: ManifestReading,
  digest: Digest,
  isListed: boolean,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  const key = dataKey(digest);
  for (let look = 1; ; look += 1) {
    try {
      const bytes = await bucket.read(key, MAX_MANIFEST_BYTES, signal);
      if (bytes !== undefined) return bytes;
    } catch (thrown) {
      if (thrown instanceof CodedError && thrown.code === 'STORE_TOO_LARGE') return 'it is larger than any manifest';
      throw thrown;
    }
    if (!isListed) return 'it is not there';
    const again = await bucket.list({ prefix: key, maxKeys: 1 }, signal);
    if (again.objects[0]?.key !== key) return 'it is not there'; // it went since
    if (look === LOOKS) throw listingWrong(`${bucket.place}${key}`, 'it is listed, but not found');
    await wait(BETWEEN_LOOKS_MS, signal);
  }
}
