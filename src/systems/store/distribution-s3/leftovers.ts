import type { DigestTable } from '../../../evidence/digest-table.ts';
import type { ResourceKind } from '../../../evidence/resource.ts';
import type { Source } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import { currentLinkPath } from '../../../oci/distribution-layout.ts';
import { listDigests } from './blobs.ts';
import type { Listed, OpenUpload } from './bucket.ts';
import { BLOBS, REPOSITORIES, ROOT, readKey } from './keys.ts';
import { createLinkReader, type LinkReader } from './links.ts';
import { inParallel } from './parallel.ts';
import { type BucketPlace, repositoryScope } from './place.ts';
import { digestsOf, type Link, listRepositories, type RepositoryListing } from './repositories.ts';

/** Where leftovers are looked for, and stated. */
interface Search {
  readonly place: BucketPlace;
  readonly signal: AbortSignal;
  readonly links: LinkReader;
  /** Those that have data. */
  readonly blobs: DigestTable;
  state(kind: ResourceKind, scope: string, key: string, sizeBytes: number, newestAtMs: number): void;
}

/**
 * What only lies about. A quick look costs the listings alone, and a thorough one the few links that they do not explain. Uploads are their objects and what was sent of them in parts, which no listing of objects shows.
 * @see StoreReader.leftovers
 */
export function bucketLeftovers(place: BucketPlace, thorough: boolean): Source {
  return {
    name: `leftovers in ${place.name}`,
    survey: async (sink, signal) => {
      // A link that was written since its blob was not yet there seems to lead nowhere: `remove` looks again.
      const { blobs } = await listDigests(place.bucket, place.readers, signal);
      const links = createLinkReader(place.bucket);
      if (thorough) await links.learn(signal);
      const state: Search['state'] = (kind, scope, key, sizeBytes, newestAtMs) =>
        sink.exists(sink.resource(kind, scope, key), { sizeBytes, pushedAtMs: newestAtMs });
      const search: Search = { place, signal, blobs, links, state };
      const uploads = new Map<string, UploadFound>();
      const layers: LayerLink[] = [];
      const temporary: Listed[] = [];
      const options = {
        readers: place.readers,
        onLayer: (repository: string, digest: Digest, link: Link) => {
          if (thorough ? links.isDoubtful(link, digest) || blobs.indexOf(digest) < 0 : isLost(blobs, digest))
            layers.push({ repository, digest, link });
        },
        onUploadPart: (repository: string, uuid: string, part: Listed) =>
          addUpload(uploads, repository, uuid, part.sizeBytes, part.atMs),
        onTemporary: (file: Listed) => void (thorough && temporary.push(file)),
      };
      const repositories = await listRepositories(place.bucket, options, signal);

      for (const { key, sizeBytes, atMs } of temporary)
        state('temporary-file', place.name, key.slice(ROOT.length + 1), sizeBytes, atMs);
      await addPartialUploads(search, uploads);
      for (const { repository, uuid, sizeBytes, newestAtMs } of uploads.values())
        state('upload', repositoryScope(place, repository), uuid, sizeBytes, newestAtMs);
      await stateIdleLayers(search, layers);
      if (thorough) for (const listing of repositories.values()) await stateIdleHistory(search, listing);
      stateEmptyRepositories(search, repositories);
    },
  };
}

interface UploadFound {
  readonly repository: string;
  readonly uuid: string;
  sizeBytes: number;
  newestAtMs: number;
}

function addUpload(
  uploads: Map<string, UploadFound>,
  repository: string,
  uuid: string,
  sizeBytes: number,
  atMs: number,
): void {
  const upload = uploads.get(`${repository} ${uuid}`) ?? { repository, uuid, sizeBytes: 0, newestAtMs: 0 };
  upload.sizeBytes += sizeBytes;
  upload.newestAtMs = Math.max(upload.newestAtMs, atMs);
  uploads.set(`${repository} ${uuid}`, upload);
}

/** Parts that were sent and never put together: of uploads, and of data that was being moved to its place. */
async function addPartialUploads(search: Search, uploads: Map<string, UploadFound>): Promise<void> {
  const { place, signal } = search;
  const open: OpenUpload[] = [];
  for (const below of [REPOSITORIES, BLOBS])
    for await (const upload of place.bucket.openUploads(below, signal)) open.push(upload);
  await inParallel(open, place.readers, async (upload) => {
    const parts = await place.bucket.uploadedParts(upload, signal);
    if (parts === undefined) return; // ended since
    const thing = upload.key.startsWith(REPOSITORIES) ? readKey(upload.key) : undefined;
    if (thing?.is === 'upload-part')
      addUpload(uploads, thing.repository, thing.uuid, parts.sizeBytes, parts.newestAtMs);
    else search.state('temporary-file', place.name, partialKey(upload), parts.sizeBytes, parts.newestAtMs);
  });
}

/** `blobs/sha256/…/data?uploadId=…`: what was sent of it, never the object itself. */
export function partialKey({ key, uploadId }: OpenUpload): string {
  return `${key.slice(ROOT.length + 1)}?uploadId=${encodeURIComponent(uploadId)}`;
}

interface LayerLink {
  readonly repository: string;
  readonly digest: Digest;
  readonly link: Link;
}

/** What an alias leads to only its content tells. */
function isLost(blobs: DigestTable, digest: Digest): boolean {
  return digest.startsWith('sha256:') && blobs.indexOf(digest) < 0;
}

/** Layer links that lead to no data, or say nothing. */
async function stateIdleLayers(search: Search, layers: readonly LayerLink[]): Promise<void> {
  const { place, links, blobs, signal } = search;
  await inParallel(layers, place.readers, async ({ repository, digest, link }) => {
    const names = links.isDoubtful(link, digest) ? await links.target(link, [], signal) : digest;
    if (names === 'gone') return;
    if (names === undefined || blobs.indexOf(names) < 0)
      search.state('layer-link', repositoryScope(place, repository), digest, link.sizeBytes, link.atMs);
  });
}

/** What tags remember of manifests that the repository has no more. What a tag stands for now is no history. */
async function stateIdleHistory(search: Search, { name, tags, revisions }: RepositoryListing): Promise<void> {
  const { place, links, signal } = search;
  for (const [tag, { current, history }] of tags) {
    const idle = history.filter(({ digest }) => !revisions.has(digest));
    if (idle.length === 0) continue;
    const link = current === undefined ? undefined : { key: currentLinkPath(ROOT, name, tag), ...current };
    const stands = link === undefined ? 'gone' : await links.target(link, digestsOf(history), signal);
    if (stands === undefined) continue; // its history is all that tells what it stood for
    for (const { digest, sizeBytes, atMs } of idle)
      if (digest !== stands)
        search.state('tag-history-link', repositoryScope(place, name), `${tag}@${digest}`, sizeBytes, atMs);
  }
}

/** In a bucket there are no folders; but some tools leave traces of them. */
function stateEmptyRepositories(search: Search, repositories: ReadonlyMap<string, RepositoryListing>): void {
  const { place, state } = search;
  for (const { name, keyCount, traces } of repositories.values())
    if (keyCount === 0) state('repository', place.name, name, 0, Math.max(...traces.map(({ atMs }) => atMs)));
}
