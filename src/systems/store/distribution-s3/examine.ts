import type { Digest } from '../../../oci/digest.ts';
import type { BlobFacts } from '../contract.ts';
import { createLinkReader } from './links.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';
import { presentBlobs } from './presence.ts';
import { type Link, listRepositories } from './repositories.ts';

/** Looks closely at blobs, from listings alone. @see StoreReader.examine */
export async function* examineBlobs(
  place: BucketPlace,
  digests: Iterable<Digest>,
  links: boolean,
  signal: AbortSignal,
): AsyncGenerator<BlobFacts> {
  const asked = new Set(digests);
  if (asked.size === 0) return;
  const found = links ? await linksTo(place, asked, signal) : new Map<Digest, LinksTo>();
  // After the links: data that is newer than what was just seen of them counts as well.
  const present = await presentBlobs(place, asked, signal);
  for (const [digest, { sizeBytes, atMs }] of present) {
    const to = found.get(digest);
    yield {
      digest,
      sizeBytes,
      freesBytes: sizeBytes,
      dataAtMs: atMs,
      newestAtMs: Math.max(atMs, to?.newestAtMs ?? 0),
      linkedBy: [...(to?.repositories ?? [])],
    };
  }
}

interface LinksTo {
  newestAtMs: number;
  readonly repositories: Set<string>;
}

/** Links of all kinds; layer links by an alias as well, under what they name. */
async function linksTo(
  place: BucketPlace,
  asked: ReadonlySet<Digest>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, LinksTo>> {
  const found = new Map<Digest, LinksTo>();
  const note = (digest: Digest, atMs: number, repository?: string): void => {
    if (!asked.has(digest)) return;
    const to = found.get(digest) ?? { newestAtMs: 0, repositories: new Set() };
    to.newestAtMs = Math.max(to.newestAtMs, atMs);
    if (repository !== undefined) to.repositories.add(repository);
    found.set(digest, to);
  };
  const links = createLinkReader(place.bucket);
  await links.learn(signal);
  const doubtful: { readonly repository: string; readonly link: Link }[] = [];
  const onLayer = (repository: string, digest: Digest, link: Link): void => {
    note(digest, link.atMs, repository);
    if (links.isDoubtful(link, digest)) doubtful.push({ repository, link });
  };
  const repositories = await listRepositories(place.bucket, { readers: place.readers, onLayer }, signal);
  for (const { revisions, tags } of repositories.values()) {
    for (const [digest, atMs] of revisions) note(digest, atMs);
    for (const { history } of tags.values()) for (const { digest, atMs } of history) note(digest, atMs);
  }
  await inParallel(doubtful, place.readers, async ({ repository, link }) => {
    const names = await links.target(link, [], signal);
    if (names !== undefined && names !== 'gone') note(names, link.atMs, repository);
  });
  return found;
}
