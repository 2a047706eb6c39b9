import type { Digest } from '../../oci/digest.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type ApplyErrorCode, applyErrors } from '../errors.ts';

/** A manifest that was just deleted by digest. */
export interface DeletedManifest {
  readonly repository: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

const ATTEMPTS = 3;

/**
 * Sees to it that tags are gone after the manifest that they pointed at was deleted by digest.
 *
 * Distribution deletes the manifest first, then looks through all tags of the repository for those that point at it. When that
 * fails (a push to another tag at the same moment is enough: its link file is read while it is empty), it answers 500, a
 * repetition finds no manifest any more, and the tags stay, listed and pointing at nothing. Pushing the manifest back and
 * deleting it again gives the server another chance.
 *
 * @returns all tags of the repository, as listed afterwards
 * @throws TAG_LEFT_BEHIND when the server fails again and again
 */
export async function removeLeftTags(
  registry: Registry,
  { repository, digest, mediaType, bytes }: DeletedManifest,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  for (let attempt = 1; ; attempt += 1) {
    const present = await listTags(registry, repository, signal);
    const left: string[] = [];
    for (const tag of tags)
      if (present.has(tag) && (await registry.resolve(repository, tag, signal)) === undefined) left.push(tag);
    if (left.length === 0) return present;
    if (attempt > ATTEMPTS)
      throw new CodedError<ApplyErrorCode>(
        'TAG_LEFT_BEHIND',
        `deleting ${repository}@${digest}: the manifest is gone, but the registry still lists ${left.join(', ')}`,
        { hint: applyErrors.TAG_LEFT_BEHIND.hint },
      );
    for (const tag of left) await registry.putManifest(repository, tag, { mediaType, bytes }, signal);
    await registry.deleteManifest(repository, digest, signal);
  }
}

/** The names of all tags of a repository. */
export async function listTags(
  registry: Registry,
  repository: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for await (const tag of registry.tags(repository, signal)) present.add(tag);
  return present;
}
