import type { Digest } from '../../../oci/digest.ts';
import type { BucketPlace } from './place.ts';
import { listRepositories } from './repositories.ts';

/** Times in listings are whole seconds, and some servers cut what is beyond. */
const SECOND_MS = 1000;

/** Lists all repositories: a bucket can't be asked for what is new. @see StoreReader.revisionsSince */
export async function* revisionsSince(
  { bucket, readers }: BucketPlace,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<{ readonly repository: string; readonly digest: Digest }> {
  const repositories = await listRepositories(bucket, { readers }, signal);
  for (const { name, revisions } of repositories.values())
    for (const [digest, atMs] of revisions) if (atMs + SECOND_MS > sinceMs) yield { repository: name, digest };
}
