import type { Digest } from '../../../oci/digest.ts';
import { listTags } from './lists.ts';
import { resolveManifest } from './read-manifest.ts';
import { RegistryError } from './registry-error.ts';
import type { Transport } from './transport-contract.ts';

/**
 * For servers that mix a repository with those nested below it (Trow up to 0.6): the tags of `repository` alone.
 * A name that stands in a nested repository too is looked up; where it is unknown here, it was only theirs.
 *
 * @param nested - repositories below `repository`
 */
export async function* tagsWithoutNested(
  transport: Transport,
  repository: string,
  nested: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const theirs = new Set<string>();
  for (const other of nested) for await (const tag of listTags(transport, other, undefined, signal)) theirs.add(tag);
  for await (const tag of listTags(transport, repository, undefined, signal)) {
    if (theirs.has(tag) && (await resolveManifest(transport, repository, tag, maxBytes, signal)) === undefined)
      continue;
    yield tag;
  }
}

/** @throws REGISTRY_UNSUPPORTED where deleting a digest in `repository` would remove tags of a repository nested below it */
export async function refuseToReachIntoNested(
  transport: Transport,
  repository: string,
  digest: Digest,
  nested: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  for (const other of nested) {
    for await (const tag of listTags(transport, other, undefined, signal)) {
      const found = await resolveManifest(transport, other, tag, maxBytes, signal);
      if (found?.digest !== digest) continue;
      throw new RegistryError(
        'REGISTRY_UNSUPPORTED',
        `deleting ${repository}@${digest}: this registry would remove ${other}:${tag} as well, which lies below ${repository}`,
        { hint: `Delete ${other}:${tag} first if it is to go, or leave both.` },
      );
    }
  }
}

/** The repositories of a catalog that lie below one. */
export function nestedBelow(repository: string, catalog: Iterable<string>): readonly string[] {
  return [...catalog].filter((other) => other.startsWith(`${repository}/`));
}
