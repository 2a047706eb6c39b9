import type { Digest } from '../../../oci/digest.ts';
import type { BucketReader, Listed } from './bucket.ts';
import { REPOSITORIES, readKey } from './keys.ts';
import { listAll } from './list-all.ts';

/** A link as listed, not read. */
export interface Link {
  readonly key: string;
  readonly sizeBytes: number;
  readonly atMs: number;
  readonly etag: string;
}

/** What is kept of a link: there are very many, and its key can be made again. */
export type LinkFacts = Omit<Link, 'key'>;

/** What a tag stood for at some time. */
export interface PastLink {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly atMs: number;
}

export interface TagListing {
  current: LinkFacts | undefined;
  /** Each digest once. */
  readonly history: PastLink[];
}

/** What a listing shows of a repository. */
export interface RepositoryListing {
  readonly name: string;
  /** When the link to each manifest was written. */
  readonly revisions: Map<Digest, number>;
  readonly tags: Map<string, TagListing>;
  /** Blobs that belong to old manifests. */
  readonly signatures: (readonly [manifest: Digest, blob: Digest])[];
  /** Layer links, unless they were not asked for. */
  layerCount: number;
  /** Keys of the links to manifests whose algorithm is not known. */
  readonly oddLinks: string[];
  /** Layer links whose algorithm is not known. */
  readonly oddLayers: Link[];
  /** Keys that are only traces of folders. */
  readonly traces: Listed[];
  /** All keys but traces. */
  keyCount: number;
}

export interface RepositoriesOptions {
  readonly readers: number;
  /** Told of each layer link. */
  readonly onLayer?: (repository: string, digest: Digest, link: Link) => void;
  /** Told of each link to a manifest. */
  readonly onRevision?: (repository: string, digest: Digest, link: Link) => void;
  /** Told of each part of an upload. */
  readonly onUploadPart?: (repository: string, uuid: string, part: Listed) => void;
  readonly onTemporary?: (part: Listed) => void;
  readonly onPage?: (listings: ReadonlyMap<string, RepositoryListing>) => void;
}

/** Lists all repositories. @throws STORE_WALK_FAILED */
export async function listRepositories(
  bucket: BucketReader,
  options: RepositoriesOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RepositoryListing>> {
  const listings = new Map<string, RepositoryListing>();
  const take = (objects: readonly Listed[]): void => {
    for (const object of objects) takeKey(listings, object, options);
    options.onPage?.(listings);
  };
  await listAll({ bucket, readers: options.readers, take }, REPOSITORIES, signal);
  return listings;
}

function takeKey(listings: Map<string, RepositoryListing>, object: Listed, options: RepositoriesOptions): void {
  const thing = readKey(object.key);
  if (thing === undefined) return;
  const listing = listingOf(listings, thing.repository);
  if (thing.is !== 'trace') listing.keyCount += 1;
  switch (thing.is) {
    case 'trace':
      listing.traces.push(object);
      break;
    case 'layer-link':
      listing.layerCount += 1;
      if (thing.digest === undefined) listing.oddLayers.push(object);
      else options.onLayer?.(thing.repository, thing.digest, object);
      break;
    case 'revision-link':
      if (thing.digest === undefined) listing.oddLinks.push(object.key);
      else {
        listing.revisions.set(thing.digest, object.atMs);
        options.onRevision?.(thing.repository, thing.digest, object);
      }
      break;
    case 'current-link':
      tagOf(listing, thing.tag).current = { sizeBytes: object.sizeBytes, atMs: object.atMs, etag: object.etag };
      break;
    case 'history-link':
      // Of another algorithm: it names no manifest that the layout knows, and the current link says what counts.
      if (thing.digest !== undefined)
        tagOf(listing, thing.tag).history.push({
          digest: thing.digest,
          sizeBytes: object.sizeBytes,
          atMs: object.atMs,
        });
      break;
    case 'signature-link':
      if (thing.manifest === undefined || thing.digest === undefined) listing.oddLinks.push(object.key);
      else listing.signatures.push([thing.manifest, thing.digest]);
      break;
    case 'upload-part':
      options.onUploadPart?.(thing.repository, thing.uuid, object);
      break;
    case 'temporary-file':
      options.onTemporary?.(object);
      break;
    case 'other':
      break;
  }
}

function listingOf(listings: Map<string, RepositoryListing>, name: string): RepositoryListing {
  let listing = listings.get(name);
  if (listing === undefined) {
    listing = {
      name,
      revisions: new Map(),
      tags: new Map(),
      signatures: [],
      layerCount: 0,
      oddLinks: [],
      oddLayers: [],
      traces: [],
      keyCount: 0,
    };
    listings.set(name, listing);
  }
  return listing;
}

function tagOf({ tags }: RepositoryListing, name: string): TagListing {
  let tag = tags.get(name);
  if (tag === undefined) {
    tag = { current: undefined, history: [] };
    tags.set(name, tag);
  }
  return tag;
}

export function* digestsOf(history: readonly PastLink[]): Generator<Digest> {
  for (const { digest } of history) yield digest;
}
