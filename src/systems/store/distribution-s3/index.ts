import type { BucketAddress } from '../address.ts';
import type { Store } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { connectBucket, DEFAULT_READERS } from './connection.ts';
import { bucketOf } from './open-bucket.ts';
import type { BucketPlace } from './place.ts';
import { requireDistribution } from './recognise.ts';
import { bucketStore } from './store.ts';

/**
 * Opens the storage of a Distribution registry in an S3 bucket. Nothing is written.
 *
 * @throws STORE_NOT_FOUND, STORE_NOT_THIS_KIND, STORE_WALK_FAILED
 */
export async function openDistributionS3(
  address: BucketAddress,
  settings: { readonly lockTtlMs?: number } = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Store> {
  const connection = await connectBucket(address);
  const close = () => connection.client.destroy();
  try {
    const bucket = bucketOf(connection);
    const place = await bucketPlace(bucket, address, signal);
    await requireDistribution(bucket, signal);
    return bucketStore(place, { ...settings, close });
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** Asks whether the bucket has versions: on that hangs how data is hidden. */
export async function bucketPlace(bucket: Bucket, address: BucketAddress, signal: AbortSignal): Promise<BucketPlace> {
  const hiding = (await bucket.hasVersions(signal))
    ? 'marker'
    : address.copyQuarantine === true
      ? 'copy'
      : address.allowNoQuarantine === true
        ? 'delete'
        : 'refused';
  return { bucket, name: nameOf(address), readers: DEFAULT_READERS, hiding };
}

/** `distribution-s3:bucket/prefix`, with the server in front where it is not Amazon's. */
function nameOf({ endpoint, bucket, prefix }: BucketAddress): string {
  const server = endpoint === undefined ? '' : `${new URL(endpoint).host}/`;
  return `distribution-s3:${server}${bucket}${prefix === '' ? '' : `/${prefix}`}`;
}
