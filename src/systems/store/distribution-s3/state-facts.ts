import type { ResourceId } from '../../../evidence/resource.ts';
import type { Digest } from '../../../oci/digest.ts';
import { parseReferrerTag } from '../../../oci/referrer-tag.ts';
import { layersOf } from './layers.ts';
import { createLinkReader } from './links.ts';
import type { Names } from './names-in.ts';
import { repositoryScope } from './place.ts';
import type { RepositoryListing } from './repositories.ts';
import type { OddLink, StoreReading } from './store-reading.ts';

/** States a repository: what it has, and what hangs on names within it. */
export async function stateRepository(reading: StoreReading, listing: RepositoryListing): Promise<void> {
  const { place, sink, odd } = reading;
  if (listing.keyCount === 0) return; // only traces of folders: a leftover, and no repository
  sink.exists(sink.resource('repository', place.name, listing.name), {});
  const strange = odd.get(listing.name) ?? [];
  const broken: ResourceId[] = [];
  for (const [digest, pushedAtMs] of listing.revisions) {
    const id = manifestOf(reading, listing, digest);
    sink.exists(id, reading.pushTimes ? { pushedAtMs } : {});
    if (!stateManifest(reading, listing, digest, id, strange)) broken.push(id);
  }
  for (const [manifest, blob] of listing.signatures)
    sink.refers(manifestOf(reading, listing, manifest), blobOf(reading, blob), 'opaque');
  stateTags(reading, listing, broken);
  for (const link of strange) if (link.of === 'layer') stateOddLayer(reading, link, broken);
  await stateOddNames(reading, listing);
  if (broken.length > 0) await pinLayers(reading, listing, broken);
}

/** @returns false when what it names is not known: it could be anything in its repository */
function stateManifest(
  reading: StoreReading,
  listing: RepositoryListing,
  digest: Digest,
  id: ResourceId,
  strange: readonly OddLink[],
): boolean {
  const { sink, contents } = reading;
  sink.refers(id, blobOf(reading, digest), 'link');
  const oddity = strange.find((link) => link.of === 'revision' && link.digest === digest);
  const stored = oddity?.names;
  if (stored !== undefined) {
    sink.refers(id, blobOf(reading, stored), 'link');
    if (!digest.startsWith('sha256:')) sink.refers(blobOf(reading, digest), blobOf(reading, stored), 'alias');
  }
  const known = contents.get(digest) ?? (stored === undefined ? undefined : contents.get(stored));
  const names = oddity !== undefined && stored === undefined ? 'its link is empty or short' : known;
  if (names === undefined || typeof names === 'string') {
    const why = names ?? 'it is not there';
    stateGap(reading, listing.name, `reading the manifest ${listing.name}@${digest}: ${why}`, HINTS.manifest);
    return false;
  }
  stateNames(reading, listing, id, names);
  return true;
}

/** Within the repository: children, what refers to what, and what might be either. */
function stateNames(reading: StoreReading, listing: RepositoryListing, id: ResourceId, names: Names): void {
  for (const [as, to] of names) {
    if (as === 'child' || as === 'subject') reading.sink.refers(id, manifestOf(reading, listing, to), as);
    else if (as === 'opaque' && listing.revisions.has(to))
      reading.sink.refers(id, manifestOf(reading, listing, to), 'opaque');
  }
}

function stateTags(reading: StoreReading, listing: RepositoryListing, broken: ResourceId[]): void {
  const { sink, place, targets } = reading;
  for (const [tag, target] of targets.get(listing.name) ?? []) {
    const id = sink.resource('tag', repositoryScope(place, listing.name), tag);
    const known = listing.tags.get(tag);
    const pushedAtMs = reading.pushTimes ? known?.current?.atMs : undefined;
    sink.exists(id, {
      ...(target === undefined ? {} : { digest: target }),
      ...(pushedAtMs === undefined ? {} : { pushedAtMs }),
    });
    const subject = parseReferrerTag(tag)?.subject;
    if (subject !== undefined) sink.refers(id, manifestOf(reading, listing, subject), 'referrer-tag');
    if (target === undefined) stateBrokenTag(reading, listing, tag, id, broken);
    else {
      const manifest = manifestOf(reading, listing, target);
      sink.refers(id, manifest, 'tag');
      // Without a link of its own to the manifest nobody can pull it; what it names stays all the same.
      if (!listing.revisions.has(target)) sink.refers(manifest, blobOf(reading, target), 'link');
    }
  }
}

/** Its link says nothing: it may stand for whatever it ever stood for. */
function stateBrokenTag(
  reading: StoreReading,
  listing: RepositoryListing,
  tag: string,
  id: ResourceId,
  broken: ResourceId[],
): void {
  const history = listing.tags.get(tag)?.history ?? [];
  for (const { digest } of history) reading.sink.refers(id, manifestOf(reading, listing, digest), 'opaque');
  if (history.length > 0) return;
  const cause = `reading the tag ${listing.name}:${tag}: its link says nothing, and it has no history`;
  stateGap(reading, listing.name, cause, `Push ${listing.name}:${tag} again.`);
  broken.push(id);
}

/** A layer that a client named by another algorithm is stored under what its link names; one whose link says nothing, somewhere. */
function stateOddLayer(reading: StoreReading, link: OddLink, broken: ResourceId[]): void {
  const id = blobOf(reading, link.digest);
  if (link.names !== undefined) reading.sink.refers(id, blobOf(reading, link.names), 'alias');
  else if (!link.digest.startsWith('sha256:')) broken.push(id);
}

/** Links of an algorithm that nobody knows: a layer stays; what a manifest keeps can not be told, and is not for us to judge. */
async function stateOddNames({ sink, place, signal }: StoreReading, listing: RepositoryListing): Promise<void> {
  const links = createLinkReader(place.bucket);
  for (const link of listing.oddLayers) {
    const names = await links.target(link, [], signal);
    if (names !== undefined && names !== 'gone')
      sink.holds(sink.resource('blob', place.name, names), `${listing.name} has a link to it: ${link.key}`);
  }
  const [first, ...others] = listing.oddLinks;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : `, and of ${others.length} more`;
  sink.gap({
    scope: place.name,
    hides: 'references',
    source: `store ${place.name}`,
    cause: `reading ${first}: the algorithm of its digest is not known${more}`,
    hint: 'Until that link is gone no blob goes.',
  });
}

/** What can't be read may name every blob that its repository may use: the first of a repository names them all, the others name it. */
async function pinLayers(
  reading: StoreReading,
  listing: RepositoryListing,
  broken: readonly ResourceId[],
): Promise<void> {
  const { place, sink, signal } = reading;
  const [speaker, ...others] = broken as readonly [ResourceId, ...ResourceId[]];
  for (const digest of await layersOf(place, listing.name, signal))
    sink.refers(speaker, blobOf(reading, digest), 'opaque');
  for (const id of others) sink.refers(id, speaker, 'opaque');
}

const HINTS = {
  manifest: 'Push it again, or delete it through the registry: until then the repository keeps all its blobs.',
};

function stateGap({ sink, place }: StoreReading, repository: string, cause: string, hint: string): void {
  const scope = repositoryScope(place, repository);
  sink.gap({ scope, hides: 'references', source: `store ${place.name}`, cause, hint });
}

function manifestOf({ sink, place }: StoreReading, { name }: RepositoryListing, digest: Digest): ResourceId {
  return sink.resource('manifest', repositoryScope(place, name), digest);
}

function blobOf({ sink, place }: StoreReading, digest: Digest): ResourceId {
  return sink.resource('blob', place.name, digest);
}
