import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { annotationsIn, type ConfigFacts, readImageConfig } from './image-config.ts';
import { createdInAnnotations, imageConfigOf, MAX_CONFIG_BYTES } from './image-created.ts';
import { failureOf, manifestId, type RepositoryWalk, request } from './repository-walk.ts';

/** Configs of which what they say is remembered: some 15 MiB. */
const MAX_REMEMBERED = 100_000;

/** Finds out when a manifest was made, and the attributes that are asked for, where that is asked for. */
export function noteCreated(walk: RepositoryWalk, digest: Digest, manifest: Manifest): void {
  const { created, survey } = walk;
  if (created === undefined && survey.attributes.length === 0) return;
  const children = manifest.references.filter(({ as }) => as === 'child').map(({ to }) => to.digest);
  if (children.length > 0) created?.noteChildren(digest, children);

  const config = imageConfigOf(manifest);
  if (config === undefined) {
    created?.note(digest, createdInAnnotations(manifest));
    if (manifest.kind !== 'opaque') stateAttributes(walk, digest, manifest, {});
    return;
  }
  walk.group.start(async () => {
    try {
      const facts = await readConfig(walk, config);
      created?.note(digest, facts?.createdAtMs);
      if (facts !== undefined) stateAttributes(walk, digest, manifest, facts.attributes);
    } catch (thrown) {
      const { message } = failureOf(thrown, walk.group.signal);
      const what = created === undefined ? 'its config' : 'its age';
      survey.sink.holds(manifestId(walk, digest), `${what} could not be read: ${message}`);
    }
  });
}

function stateAttributes(
  walk: RepositoryWalk,
  digest: Digest,
  manifest: Manifest,
  ofConfig: ConfigFacts['attributes'],
): void {
  const { sink, attributes: names } = walk.survey;
  if (names.length > 0)
    sink.exists(manifestId(walk, digest), { attributes: { ...annotationsIn(manifest, names), ...ofConfig } });
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
async function readConfig(walk: RepositoryWalk, config: Descriptor): Promise<ConfigFacts | undefined> {
  const { configs: remembered, reader, attributes } = walk.survey;
  const known = remembered.get(config.digest);
  if (known !== undefined) return known;
  const bytes = await request(walk, (signal) => reader.blob(walk.repository, config.digest, MAX_CONFIG_BYTES, signal));
  if (bytes === undefined) return undefined;
  const facts = readImageConfig(bytes, attributes);
  const [oldest] = remembered.keys();
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(config.digest, facts);
  return facts;
}
