import { failure } from './failures.ts';
import type { BucketPlace } from './place.ts';

/*
 * What Winnow keeps in the bucket, beside the registry's `docker/`, where no registry looks:
 *
 *   .winnow/lock/<uuid>[-<i>-of-<n>].json              who is at work, or asks to be: on the whole, or on a part
 *   .winnow/ledger/<word>.ndjson                       blobs whose links are gone, and since when (ledger-words.ts)
 *   .winnow/hidden/<runId>/<uuid>.json                 which versions of which objects a run put a delete marker over
 *   .winnow/quarantine/<runId>/sha256/<hh>/<hex>       copies of hidden data, in a bucket without versions
 *   .winnow/clock-<uuid>                               to be asked for its time, and gone at once
 */
export const OWN = '.winnow/';
export const LOCKS = `${OWN}lock/`;
export const LEDGER = `${OWN}ledger/`;
export const HIDDEN = `${OWN}hidden/`;
export const QUARANTINE = `${OWN}quarantine/`;

/** What is in Winnow's own objects is small. */
export const MAX_OWN_BYTES = 16 * 1024 * 1024;

const always = new AbortController().signal;

/** Writes an object of Winnow's own; earlier versions of it go, so that a bucket with versions does not fill up with them. */
export async function writeOwn({ bucket, hiding }: BucketPlace, key: string, content: string): Promise<void> {
  const written = await bucket.write(key, content);
  if (hiding !== 'marker') return;
  const all = await bucket.versions(key, always);
  const at = all.findIndex(({ versionId }) => versionId === written);
  // What somebody else wrote since stays: were each to remove the other's, none would be left.
  if (at >= 0)
    await removeVersions(
      bucket,
      key,
      all.slice(at + 1).filter(({ isLatest }) => !isLatest),
    );
}

/** Removes an object of Winnow's own, with all its versions. */
export async function eraseOwn({ bucket, hiding }: BucketPlace, key: string): Promise<void> {
  if (hiding === 'marker') await removeVersions(bucket, key, await bucket.versions(key, always));
  else await bucket.remove({ key });
}

async function removeVersions(
  bucket: BucketPlace['bucket'],
  key: string,
  versions: readonly { readonly versionId: string }[],
): Promise<void> {
  for (const { versionId } of versions) await bucket.remove({ key, versionId });
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/** @throws STORE_NOT_WRITABLE for a name that could lead elsewhere */
export function requireRunId(runId: string): void {
  if (RUN_ID.test(runId)) return;
  throw failure(
    'STORE_NOT_WRITABLE',
    `looking for what belongs to a run: ${JSON.stringify(runId)} is no run's name`,
    'See `winnow run ls` for those that there are.',
  );
}
