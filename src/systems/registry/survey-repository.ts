import type { ResourceId } from '../../evidence/resource.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { isTag } from '../../oci/reference.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import type { CodedError } from '../../util/pure/coded-error.ts';
import { createCreatedTimes } from './image-created.ts';
import {
  failureOf,
  manifestId,
  type RegistrySurvey,
  type RepositoryWalk,
  request,
  stateGap,
  tagId,
} from './repository-walk.ts';
import { stateCreatedTimes } from './survey-created.ts';
import { lookAt, noteManifest, stateUnreadable } from './survey-manifest.ts';
import { createTaskGroup } from './task-group.ts';

/** States all that the API shows of one repository. @throws only when aborted */
export async function surveyRepository(survey: RegistrySurvey, repository: string, signal: AbortSignal): Promise<void> {
  const walk: RepositoryWalk = {
    survey,
    repository,
    scope: `${survey.reader.host}/${repository}`,
    group: createTaskGroup(signal),
    asked: new Set(),
    noted: new Set(),
    unreadable: new Set(),
    vanished: [],
    pushed: new Map(),
    created: survey.readCreated(repository) ? createCreatedTimes() : undefined,
    targets: new Map(),
  };
  await eachTag(walk, (tag) => walk.group.start(() => surveyTag(walk, tag)));
  for (const digest of await survey.alsoLookAt(repository)) lookAt(walk, digest);
  await walk.group.done();
  await lookAgain(walk);
  stateCreatedTimes(walk);
  survey.done('repositories');
}

async function eachTag(walk: RepositoryWalk, take: (tag: string) => void): Promise<void> {
  const { survey, repository, group } = walk;
  try {
    for await (const tag of survey.reader.tags(repository, group.signal)) {
      await group.room(survey.concurrency);
      take(tag);
    }
  } catch (thrown) {
    const { message, hint } = failureOf(thrown, group.signal);
    stateGap(walk, 'existence', message, hint);
    stateGap(walk, 'references', message, hint);
  }
}

async function surveyTag(walk: RepositoryWalk, tag: string): Promise<void> {
  const { sink, reader, done } = walk.survey;
  sink.exists(sink.resource('repository', reader.host, walk.repository), {});
  // Trow up to 0.6 lists manifests without a tag by their digest.
  if (isDigest(tag)) return lookAt(walk, tag);
  if (!isTag(tag))
    return stateGap(walk, 'existence', `its list of tags has ${JSON.stringify(tag)}, which is not a tag`);

  const id = tagId(walk, tag);
  const named = parseReferrerTag(tag);
  if (named !== undefined) {
    sink.refers(id, manifestId(walk, named.subject), 'referrer-tag');
    lookAt(walk, named.subject);
  }
  try {
    const found = await request(walk, (signal) => reader.manifest(walk.repository, tag, signal));
    if (found === undefined) return void walk.vanished.push(tag);
    await pointTag(walk, id, tag, found.digest);
    noteManifest(walk, found);
    if (walk.unreadable.has(found.digest)) sink.holds(id, 'its manifest could not be read');
  } catch (thrown) {
    await stateUnreadableTag(walk, tag, failureOf(thrown, walk.group.signal));
  }
  done('tags');
}

/** A tag and what it points at. */
async function pointTag(walk: RepositoryWalk, id: ResourceId, tag: string, digest: Digest): Promise<void> {
  const { sink, pushTimes } = walk.survey;
  const target = manifestId(walk, digest);
  const pushedAtMs = pushTimes ? await pushTimeOf(walk, id, tag, digest) : undefined;
  sink.exists(id, { digest, ...(pushedAtMs === undefined ? {} : { pushedAtMs }) });
  sink.refers(id, target, 'tag');
  if (walk.created !== undefined) walk.targets.set(id, digest);
  if (pushedAtMs === undefined || pushedAtMs <= (walk.pushed.get(digest) ?? Number.NEGATIVE_INFINITY)) return;
  walk.pushed.set(digest, pushedAtMs);
  sink.exists(target, { pushedAtMs });
}

async function pushTimeOf(
  walk: RepositoryWalk,
  id: ResourceId,
  tag: string,
  digest: Digest,
): Promise<number | undefined> {
  const { reader, sink } = walk.survey;
  try {
    const times = await request(walk, (signal) => reader.pushTimes(walk.repository, tag, signal));
    return times.get(digest);
  } catch (thrown) {
    sink.holds(id, `its push time could not be read: ${failureOf(thrown, walk.group.signal).message}`);
    return undefined;
  }
}

/** A tag that can't be put back stays; and it may name any manifest of the repository, unless its digest is told after all. */
async function stateUnreadableTag(walk: RepositoryWalk, tag: string, failure: CodedError): Promise<void> {
  const { sink, reader } = walk.survey;
  const id = tagId(walk, tag);
  sink.holds(id, 'its manifest could not be read');
  try {
    const resolved = await request(walk, (signal) => reader.resolve(walk.repository, tag, signal));
    if (resolved !== undefined) {
      await pointTag(walk, id, tag, resolved.digest);
      sink.exists(manifestId(walk, resolved.digest), { sizeBytes: resolved.sizeBytes });
      return stateUnreadable(walk, resolved.digest, failure.message, failure.hint);
    }
  } catch (thrown) {
    failureOf(thrown, walk.group.signal); // The first failure is told below.
  }
  sink.exists(id, {});
  stateGap(walk, 'references', failure.message, failure.hint);
}

/**
 * Tags that were listed and then not found: a second listing confirms that they are gone; else they point at nothing (some tool
 * removed the manifest and not the tag), or the registry is ill. They exist and name nothing: their owner may let them go.
 */
async function lookAgain(walk: RepositoryWalk): Promise<void> {
  if (walk.vanished.length === 0) return;
  const missed = new Set(walk.vanished.splice(0));
  await eachTag(walk, (tag) => {
    if (missed.has(tag)) walk.group.start(() => surveyTag(walk, tag));
  });
  await walk.group.done();
  for (const tag of walk.vanished) {
    walk.survey.sink.exists(tagId(walk, tag), {});
    const cause = `reading ${walk.repository}:${tag}: it is listed, but not found`;
    stateGap(walk, 'existence', cause, 'if its image is gone for good, remove it with `winnow tag rm`');
  }
}
