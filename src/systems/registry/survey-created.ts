import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { createdInAnnotations, createdInConfig, imageConfigOf, MAX_CONFIG_BYTES } from './image-created.ts';
import { failureOf, manifestId, type RepositoryWalk, request } from './repository-walk.ts';

/** Configs whose times are remembered: some 15 MiB. */
const MAX_REMEMBERED = 100_000;

/** Finds out when a manifest was made, where that is asked for. */
export function noteCreated(walk: RepositoryWalk, digest: Digest, manifest: Manifest): void {
  const { created, survey } = walk;
  if (created === undefined) return;
  const children = manifest.references.filter(({ as }) => as === 'child').map(({ to }) => to.digest);
  if (children.length > 0) created.noteChildren(digest, children);

  const config = imageConfigOf(manifest);
  if (config === undefined) {
    created.note(digest, createdInAnnotations(manifest));
    return;
  }
  walk.group.start(async () => {
    try {
      created.note(digest, await createdOf(walk, config));
    } catch (thrown) {
      const { message } = failureOf(thrown, walk.group.signal);
      survey.sink.holds(manifestId(walk, digest), `its age could not be read: ${message}`);
    }
  });
}

/** States the times, when all manifests of the repository are known: an index is as young as its youngest child. */
export function stateCreatedTimes(walk: RepositoryWalk): void {
  const { created, survey, targets } = walk;
  if (created === undefined) return;
  for (const digest of walk.noted) {
    const createdAtMs = created.of(digest);
    if (createdAtMs !== undefined) survey.sink.exists(manifestId(walk, digest), { createdAtMs });
  }
  for (const [tag, digest] of targets) {
    const createdAtMs = created.of(digest);
    if (createdAtMs !== undefined) survey.sink.exists(tag, { createdAtMs });
  }
}

/** A config that is not there tells nothing. */
async function createdOf(walk: RepositoryWalk, config: Descriptor): Promise<number | undefined> {
  const { createdOfConfigs: remembered, reader } = walk.survey;
  if (remembered.has(config.digest)) return remembered.get(config.digest);
  const bytes = await request(walk, (signal) => reader.blob(walk.repository, config.digest, MAX_CONFIG_BYTES, signal));
  if (bytes === undefined) return undefined;
  const createdAtMs = createdInConfig(bytes);
  const [oldest] = remembered.keys();
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(config.digest, createdAtMs);
  return createdAtMs;
}
