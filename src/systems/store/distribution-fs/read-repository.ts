import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { repositoriesPath, revisionsPath, storeRoot, tagPath, tagsPath } from '../../../oci/distribution-layout.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { findLeftovers } from './find-leftovers.ts';
import { foldersIn, hasFolder, LINK_BYTES, readLinkText, statLink } from './quick-read.ts';
import type { ManifestReader } from './read-manifest.ts';
import type { ApartManifest, Leftover, PartAsked, RepositoryFound } from './tasks.ts';

/** So many revisions or tags are read at a stretch; what is beyond is left to others. */
const STRETCH = 1500;

/** What a reader of repositories works with. */
export interface RepositoryReading {
  readonly place: DiskPlace;
  readonly blobs: ShardedDigests;
  readonly manifests: ManifestReader;
  /** Gets what only lies about. Absent: that is not asked for. */
  readonly leftovers?: { readonly doubted: ShardedDigests | undefined; readonly found: Leftover[] };
}

type Draft = {
  -readonly [Field in keyof RepositoryFound]: RepositoryFound[Field] extends readonly (infer One)[]
    ? One[]
    : RepositoryFound[Field];
};

/** Reads a repository: its manifests, its tags, its aliases. @param parts - gets what is too much for one */
export function readRepository(reading: RepositoryReading, repository: string, parts: PartAsked[]): RepositoryFound {
  const root = storeRoot(reading.place.root);
  const draft = emptyDraft(repository);
  const revisions: string[] = [];
  for (const algorithm of foldersIn(reading.place, revisionsPath(root, repository)))
    for (const hex of foldersIn(reading.place, `${revisionsPath(root, repository)}/${algorithm}`))
      if (algorithm === 'sha256') revisions.push(hex);
      else noteOtherRevision(reading, draft, `${algorithm}:${hex}`);
  const tags = foldersIn(reading.place, tagsPath(root, repository));
  for (let from = STRETCH; from < Math.max(revisions.length, tags.length); from += STRETCH)
    parts.push({
      repository,
      revisions: revisions.slice(from, from + STRETCH),
      tags: tags.slice(from, from + STRETCH),
    });
  readRevisions(reading, draft, revisions.slice(0, STRETCH));
  readTags(reading, draft, tags.slice(0, STRETCH));
  readAliases(reading, draft);
  return reading.leftovers === undefined ? draft : withLeftovers(reading, reading.leftovers, draft);
}

function withLeftovers(
  { place, blobs }: RepositoryReading,
  { doubted, found }: NonNullable<RepositoryReading['leftovers']>,
  draft: Draft,
): RepositoryFound {
  const { leftovers, layers } = findLeftovers(
    { place, blobs, doubted },
    draft.repository,
    false,
    draft.revisions.length > 0,
  );
  for (const leftover of leftovers) found.push(leftover);
  return { ...draft, layers };
}

/** Reads some revisions and tags of a repository. */
export function readPart(reading: RepositoryReading, part: PartAsked): RepositoryFound {
  const draft = emptyDraft(part.repository);
  readRevisions(reading, draft, part.revisions);
  readTags(reading, draft, part.tags);
  return draft;
}

function emptyDraft(repository: string): Draft {
  return {
    repository,
    revisions: new Int32Array(0),
    revisionsApart: [],
    linkedAtMs: new Float64Array(0),
    emptyLinks: [],
    others: [],
    tags: [],
    targets: new Int32Array(0),
    targetsApart: [],
    brokenTags: [],
    aliases: [],
    apart: [],
  };
}

function readRevisions({ place, blobs, manifests }: RepositoryReading, draft: Draft, hexes: readonly string[]): void {
  const folder = `${revisionsPath(storeRoot(place.root), draft.repository)}/sha256`;
  const numbers = new Int32Array(hexes.length);
  const linkedAtMs = new Float64Array(hexes.length);
  let count = 0;
  for (const hex of hexes) {
    const number = blobs.indexOfHex(hex);
    const digest = `sha256:${hex}`;
    if (number < 0 && !isDigest(digest)) continue;
    const link = statLink(place, `${folder}/${hex}/link`);
    if (link === undefined) continue; // deleted through the API, which leaves the folder
    numbers[count] = number;
    linkedAtMs[count] = link.atMs;
    count += 1;
    if (link.sizeBytes < LINK_BYTES) draft.emptyLinks.push(digest as Digest);
    if (number >= 0) manifests.read(number, digest as Digest);
    else {
      draft.revisionsApart.push(digest as Digest);
      draft.apart.push(readApart(manifests, digest as Digest));
    }
  }
  draft.revisions = numbers.slice(0, count);
  draft.linkedAtMs = linkedAtMs.slice(0, count);
}

function readApart(manifests: ManifestReader, digest: Digest): ApartManifest {
  return { digest, names: manifests.namesOf(digest) };
}

/** A manifest under another algorithm is stored under the digest that its link names. */
function noteOtherRevision({ place, blobs, manifests }: RepositoryReading, draft: Draft, digest: string): void {
  if (!isDigest(digest)) return;
  const path = `${revisionsPath(storeRoot(place.root), draft.repository)}/${digest.replace(':', '/')}/link`;
  const content = readLinkText(place, path);
  if (content === undefined) return;
  const stored = content === '' ? digest : content;
  draft.others.push([digest, stored]);
  const number = blobs.indexOf(stored);
  if (number >= 0) manifests.read(number, stored);
  else draft.apart.push(readApart(manifests, stored));
}

function readTags(reading: RepositoryReading, draft: Draft, tags: readonly string[]): void {
  const { place, blobs, manifests } = reading;
  const folder = tagsPath(storeRoot(place.root), draft.repository);
  const targets = new Int32Array(tags.length);
  for (const tag of tags) {
    const current = `${folder}/${tag}/current`;
    const target = hasFolder(place, current) ? readLinkText(place, `${current}/link`) : undefined;
    if (target === undefined) continue; // no tag yet, or no more
    if (target === '') {
      draft.brokenTags.push([tag, readHistory(reading, draft.repository, tag)]);
      continue;
    }
    const number = blobs.indexOf(target);
    targets[draft.tags.length] = number;
    draft.tags.push(tag);
    if (number >= 0) manifests.read(number, target);
    else draft.targetsApart.push(target);
  }
  draft.targets = targets.slice(0, draft.tags.length);
}

function readHistory({ place }: RepositoryReading, repository: string, tag: string): readonly Digest[] {
  const folder = `${tagPath(storeRoot(place.root), repository, tag)}/index`;
  return foldersIn(place, folder).flatMap((algorithm) =>
    foldersIn(place, `${folder}/${algorithm}`)
      .map((hex) => `${algorithm}:${hex}`)
      .filter(isDigest),
  );
}

/** Layers that clients named by another algorithm. What they are stored as, the link says. */
function readAliases({ place }: RepositoryReading, draft: Draft): void {
  const folder = `${repositoriesPath(storeRoot(place.root))}/${draft.repository}/_layers`;
  for (const algorithm of foldersIn(place, folder)) {
    if (algorithm === 'sha256') continue;
    for (const hex of foldersIn(place, `${folder}/${algorithm}`)) {
      const stored = readLinkText(place, `${folder}/${algorithm}/${hex}/link`);
      if (stored !== undefined && stored !== '') draft.aliases.push([`${algorithm}:${hex}`, stored]);
    }
  }
}
