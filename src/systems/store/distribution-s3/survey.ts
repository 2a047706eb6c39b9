import type { Source } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import { currentLinkPath } from '../../../oci/distribution-layout.ts';
import type { StoreSurveyOptions, SurveyCounts } from '../contract.ts';
import { listDigests } from './blobs.ts';
import { stateContent } from './contents.ts';
import { ROOT } from './keys.ts';
import { createLinkReader, type LinkReader } from './links.ts';
import { openManifestIndex } from './manifest-index.ts';
import { readManifests } from './manifests.ts';
import type { Names } from './names-in.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';
import { digestsOf, type Link, listRepositories, type RepositoryListing } from './repositories.ts';
import { stateRepository } from './state-facts.ts';
import type { OddLink } from './store-reading.ts';

/**
 * Blobs are listed first: what is uploaded later is in nobody's way. Then the repositories, then manifests are read.
 * @see StoreReader.source
 */
export function bucketSource(place: BucketPlace, options: StoreSurveyOptions): Source {
  return {
    name: `store ${place.name}`,
    survey: async (sink, signal) => {
      const readers = options.readers ?? place.readers;
      const counts: Mutable<SurveyCounts> = { repositories: 0, tags: 0, manifests: 0, blobs: 0 };
      const report = () => options.onProgress?.({ ...counts });

      const { blobs, sizes } = await listDigests(place.bucket, readers, signal);
      sink.existing('blob', place.name, blobs, sizes);
      counts.blobs = blobs.size;
      report();

      const links = createLinkReader(place.bucket);
      await links.learn(signal);
      const doubtful: DoubtfulLink[] = [];
      const doubt = (of: DoubtfulLink['of']) => (repository: string, digest: Digest, link: Link) => {
        if (links.isDoubtful(link, digest)) doubtful.push({ of, repository, digest, link });
      };
      const onPage = (listings: ReadonlyMap<string, unknown>) => {
        counts.repositories = listings.size;
        report();
      };
      const told = { readers, onLayer: doubt('layer'), onRevision: doubt('revision'), onPage };
      const repositories = await listRepositories(place.bucket, told, signal);

      const odd = await readDoubtful(links, doubtful, readers, signal);
      const targets = await readTargets(links, repositories, readers, signal);
      counts.tags = [...targets.values()].reduce((sum, tags) => sum + tags.size, 0);
      report();

      const isListed = (digest: Digest) => blobs.indexOf(digest) >= 0;
      const contents = new Map<Digest, Names | string>();
      const take = (digest: Digest, names: Names | string) => {
        contents.set(digest, typeof names === 'string' ? names : stateContent({ place, sink, blobs }, digest, names));
        counts.manifests += 1;
        if (counts.manifests % 1000 === 0) report();
      };
      const manifests = manifestsOf(repositories, odd, targets, isListed);
      const index = await openManifestIndex(options.indexDir, place.name, options.onWarning);
      try {
        await readManifests({ bucket: place.bucket, index, readers, isListed }, manifests, take, signal);
        await index.dropUnused();
      } finally {
        await index.close();
      }
      report();

      const pushTimes = options.pushTimes === true;
      const all = { place, sink, signal, blobs, repositories, odd, targets, contents, pushTimes };
      for (const listing of repositories.values()) await stateRepository(all, listing);
    },
  };
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

interface DoubtfulLink {
  readonly of: 'layer' | 'revision';
  readonly repository: string;
  readonly digest: Digest;
  readonly link: Link;
}

/** Reads those links that a listing does not explain. @returns by repository, those that name something else, or nothing */
async function readDoubtful(
  links: LinkReader,
  doubtful: readonly DoubtfulLink[],
  readers: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly OddLink[]>> {
  const odd = new Map<string, OddLink[]>();
  await inParallel(doubtful, readers, async ({ of, repository, digest, link }) => {
    if (!links.isDoubtful(link, digest)) return; // learnt meanwhile that ETags say nothing here
    const names = await links.target(link, [], signal);
    if (names === 'gone' || names === digest) return;
    const known = odd.get(repository);
    if (known === undefined) odd.set(repository, [{ of, digest, names }]);
    else known.push({ of, digest, names });
  });
  return odd;
}

/** What tags stand for. One whose link went meanwhile is no tag. */
async function readTargets(
  links: LinkReader,
  repositories: ReadonlyMap<string, RepositoryListing>,
  readers: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Digest | undefined>>> {
  const targets = new Map<string, Map<string, Digest | undefined>>();
  await inParallel(tagsOf(repositories), readers, async ({ repository, tag, current, history }) => {
    const link = { key: currentLinkPath(ROOT, repository, tag), ...current };
    const target = await links.target(link, digestsOf(history), signal);
    if (target === 'gone') return;
    const known = targets.get(repository);
    if (known === undefined) targets.set(repository, new Map([[tag, target]]));
    else known.set(tag, target);
  });
  return targets;
}

function* tagsOf(repositories: ReadonlyMap<string, RepositoryListing>) {
  for (const { name, tags } of repositories.values())
    for (const [tag, { current, history }] of tags)
      if (current !== undefined) yield { repository: name, tag, current, history };
}

/** Manifests to be read: of all revisions, under the digest that they are stored by, and what tags stand for. */
function manifestsOf(
  repositories: ReadonlyMap<string, RepositoryListing>,
  odd: ReadonlyMap<string, readonly OddLink[]>,
  targets: ReadonlyMap<string, ReadonlyMap<string, Digest | undefined>>,
  isListed: (digest: Digest) => boolean,
): ReadonlySet<Digest> {
  const all = new Set<Digest>();
  for (const { revisions } of repositories.values())
    for (const digest of revisions.keys()) if (digest.startsWith('sha256:')) all.add(digest);
  for (const links of odd.values())
    for (const { of, names } of links) if (of === 'revision' && names !== undefined) all.add(names);
  for (const tags of targets.values())
    for (const target of tags.values()) if (target !== undefined && isListed(target)) all.add(target);
  return all;
}
