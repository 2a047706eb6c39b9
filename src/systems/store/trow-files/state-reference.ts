import type { ResourceId } from '../../../evidence/resource.ts';
import type { Digest } from '../../../oci/digest.ts';
import { parseReferrerTag } from '../../../oci/referrer-tag.ts';
import type { Reference } from './references.ts';
import { repositoryScope } from './scopes.ts';
import type { StatedManifests, SurveyState } from './survey-state.ts';
import { currentDigests, pastDigests, pushedAtMs } from './tag-history.ts';

/**
 * States a file below `manifests`: a tag, what it stands for and stood for, or a manifest.
 * @param historySinceMs - what the tag stood for at no time since then is left out
 */
export function stateReference(
  survey: SurveyState,
  stated: StatedManifests,
  reference: Reference,
  historySinceMs: number,
): void {
  const { digest } = reference;
  if (digest === undefined) stateTag(survey, stated, reference, historySinceMs);
  else stateManifestFile(survey, stated, reference, digest);
}

function stateTag(survey: SurveyState, stated: StatedManifests, reference: Reference, historySinceMs: number): void {
  const { sink } = survey;
  const { lines, damage } = reference.history;
  const current = currentDigests(lines);
  const tag = sink.resource('tag', repositoryScope(survey.name, stated.repository), reference.name);
  const [only, ...others] = current;
  sink.exists(tag, {
    pushedAtMs: reference.writtenAtMs,
    ...(only !== undefined && others.length === 0 && damage === undefined ? { digest: only } : {}),
  });
  for (const digest of current) {
    const manifest = stateManifest(survey, stated, digest, true, reference.writtenAtMs);
    sink.refers(tag, manifest, others.length === 0 ? 'tag' : 'opaque');
  }
  for (const { digest, untilMs } of pastDigests(lines, historySinceMs)) {
    const manifest = stateManifest(survey, stated, digest, false, pushedAtMs(lines, digest));
    sink.holds(manifest, `history: the tag ${reference.name} stood for it until ${new Date(untilMs).toISOString()}`);
  }
  const subject = parseReferrerTag(reference.name)?.subject;
  if (subject !== undefined)
    sink.refers(
      tag,
      sink.resource('manifest', repositoryScope(survey.name, stated.repository), subject),
      'referrer-tag',
    );
  if (damage !== undefined) doubtTag(survey, stated, reference, tag, damage);
}

/** A manifest that was pushed by its digest: the file's name says which. */
function stateManifestFile(survey: SurveyState, stated: StatedManifests, reference: Reference, digest: Digest): void {
  const manifest = stateManifest(survey, stated, digest, true, reference.writtenAtMs);
  for (const other of currentDigests(reference.history.lines))
    if (other !== digest) survey.sink.refers(manifest, stateManifest(survey, stated, other, false), 'opaque');
}

/** @param atMs - when it was pushed, as far as this mention tells; the latest counts */
function stateManifest(
  { sink, name }: SurveyState,
  { repository, manifests }: StatedManifests,
  digest: Digest,
  isNamed: boolean,
  atMs = Number.NEGATIVE_INFINITY,
): ResourceId {
  const known = manifests.get(digest);
  const id = known?.id ?? sink.resource('manifest', repositoryScope(name, repository), digest);
  if (known === undefined) {
    sink.exists(id, {});
    sink.refers(id, sink.resource('blob', name, digest), 'link');
  }
  const pushedAtMs = Math.max(atMs, known?.pushedAtMs ?? Number.NEGATIVE_INFINITY);
  if (Number.isFinite(pushedAtMs)) sink.exists(id, { pushedAtMs });
  manifests.set(digest, { id, isNamed: isNamed || (known?.isNamed ?? false), pushedAtMs });
  return id;
}

/** What it stands for is not known for sure: it could be anything. */
function doubtTag(
  { sink, name, doubt }: SurveyState,
  { repository }: StatedManifests,
  reference: Reference,
  tag: ResourceId,
  damage: string,
): void {
  const cause = `reading the file of the tag ${repository}:${reference.name}: ${damage}`;
  sink.gap({
    scope: repositoryScope(name, repository),
    hides: 'references',
    source: `store ${name}`,
    cause,
    hint: `Push ${repository}:${reference.name} again, or remove the file manifests/${repository}/${reference.name}: until then no blob goes.`,
  });
  sink.refers(tag, doubt.resource(), 'opaque');
}
