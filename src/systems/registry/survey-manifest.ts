import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { FetchedManifest } from './contract.ts';
import { isUnreadable, stateManifest } from './manifest-facts.ts';
import { failureOf, manifestId, type RepositoryWalk, request, stateGap } from './repository-walk.ts';
import { noteCreated } from './survey-created.ts';

/** Fetches a manifest that something names, and states what it is; one that is not there was only mentioned. */
export function lookAt(walk: RepositoryWalk, digest: Digest): void {
  if (walk.asked.has(digest) || walk.noted.has(digest)) return;
  walk.asked.add(digest);
  walk.group.start(async () => {
    try {
      const found = await request(walk, (signal) => walk.survey.reader.manifest(walk.repository, digest, signal));
      if (found !== undefined) noteManifest(walk, found);
    } catch (thrown) {
      const { message, hint } = failureOf(thrown, walk.group.signal);
      if (!walk.noted.has(digest)) stateUnreadable(walk, digest, message, hint);
    }
  });
}

/** States a manifest, once, and looks at what it names. */
export function noteManifest(walk: RepositoryWalk, found: FetchedManifest): void {
  const { digest } = found;
  if (walk.noted.has(digest)) return;
  walk.noted.add(digest);
  const { sink, reader, referrersApi, done } = walk.survey;
  const manifest = parseManifest(found.bytes, found.mediaType);
  for (const next of stateManifest(sink, { scope: walk.scope, host: reader.host }, found, manifest)) lookAt(walk, next);
  if (isUnreadable(manifest))
    stateUnreadable(walk, digest, `reading the manifest ${walk.repository}@${digest}: ${manifest.opaqueBecause}`);
  if (referrersApi && manifest.kind !== 'opaque') lookForReferrers(walk, digest);
  noteCreated(walk, digest, manifest);
  done('manifests');
}

/** It may name more than is known, and it can't be put back: it stays. */
export function stateUnreadable(walk: RepositoryWalk, digest: Digest, cause: string, hint?: string): void {
  walk.unreadable.add(digest);
  walk.survey.sink.holds(manifestId(walk, digest), 'it could not be read');
  stateGap(walk, 'references', cause, hint);
}

function lookForReferrers(walk: RepositoryWalk, subject: Digest): void {
  const { sink, reader } = walk.survey;
  walk.group.start(async () => {
    try {
      const found = await request(walk, (signal) => reader.referrers(walk.repository, subject, signal));
      for (const { digest } of found) {
        sink.refers(manifestId(walk, digest), manifestId(walk, subject), 'subject');
        lookAt(walk, digest);
      }
    } catch (thrown) {
      const { message, hint } = failureOf(thrown, walk.group.signal);
      stateGap(walk, 'references', message, hint);
    }
  });
}
