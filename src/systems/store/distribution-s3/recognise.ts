import { storageOwners } from '../../../oci/storage-owners.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { StoreErrorCode } from '../errors.ts';
import type { BucketReader } from './bucket.ts';
import { failure } from './failures.ts';
import { DATABASE_IN_USE, ROOT } from './keys.ts';
import { storageOwner } from './storage-owner.ts';

const { gitlab } = storageOwners;

/** Names of what lies there that a message tells. */
const NAMED = 3;

/**
 * Sees to it that a Distribution registry's storage lies below the prefix, and that no database stands above it.
 * @throws STORE_NOT_FOUND, STORE_NOT_THIS_KIND, STORE_WALK_FAILED
 */
export async function requireDistribution(bucket: BucketReader, signal: AbortSignal): Promise<void> {
  const doing = `opening ${bucket.place}`;
  if ((await bucket.look(DATABASE_IN_USE, signal)) !== undefined)
    throw notThisKind(
      `${doing}: it is the storage of ${gitlab.product}, ${gitlab.because} (${DATABASE_IN_USE} says so)`,
      `${gitlab.advice} Where the database is in use no longer, remove that object first.`,
    );
  const found = await listOrMissing(bucket, signal);
  if (found.objects.length > 0) return;
  const top = await bucket.list({ prefix: '', byFolder: true, maxKeys: 100 }, signal);
  const names = [...top.folders, ...top.objects.map(({ key }) => key)];
  const hint =
    'Name the bucket, and as the prefix what the registry calls its rootdirectory: what lies before docker/registry/v2.';
  if (names.length === 0) throw failure('STORE_NOT_FOUND', `${doing}: there is nothing`, hint);
  const owner = await storageOwner(bucket, signal);
  if (owner !== undefined)
    throw notThisKind(`${doing}: it is the storage of ${owner.product}, ${owner.because}`, owner.advice);
  const some = names.slice(0, NAMED).join(', ') + (names.length > NAMED ? ' …' : '');
  throw notThisKind(`${doing}: it has no ${ROOT}/, but ${some}`, hint);
}

async function listOrMissing(bucket: BucketReader, signal: AbortSignal) {
  try {
    return await bucket.list({ prefix: `${ROOT}/`, maxKeys: 1 }, signal);
  } catch (thrown) {
    const cause = thrown instanceof CodedError ? thrown.cause : undefined;
    if (!(cause instanceof Error) || cause.name !== 'NoSuchBucket') throw thrown;
    throw failure(
      'STORE_NOT_FOUND',
      `opening ${bucket.place}: there is no bucket of this name`,
      'Check the bucket’s name, and the endpoint.',
      cause,
    );
  }
}

function notThisKind(message: string, hint: string): CodedError<StoreErrorCode> {
  return failure('STORE_NOT_THIS_KIND', message, hint);
}
