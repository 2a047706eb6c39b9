import type { Resource } from '../../evidence/resource.ts';
import type { Source } from '../../evidence/sink.ts';
import type { Digest } from '../../oci/digest.ts';

/** A layout of a registry's storage, and where it lies. */
export type StoreKind = 'distribution-fs' | 'distribution-s3' | 'trow-files';

/** What is particular to a layout. */
export interface StoreTraits {
  readonly kind: StoreKind;
  /** A repository sees a blob only through a layer link of its own (Distribution). False: any blob, by its digest (Trow). */
  readonly layerLinks: boolean;
  /** Data can be hidden and brought back. False: what is hidden is gone (an S3 bucket without versions). */
  readonly quarantine: boolean;
  /** Bytes can be told by blocks and hard links; false: the apparent size is all that is known. */
  readonly exactBytes: boolean;
  /** A survey tells how large blobs are, for a listing tells it for nothing. Default: false. */
  readonly listsSizes?: boolean;
}

/** What a survey read, for progress and reports. */
export interface SurveyCounts {
  readonly repositories: number;
  readonly tags: number;
  readonly manifests: number;
  readonly blobs: number;
}

export interface StoreSurveyOptions {
  /** A folder of Winnow's own for an index of parsed manifests: a cache, checked and disposable. Absent: none is kept. */
  readonly indexDir?: string;
  /** Readers at once. Absent: what suits the storage. */
  readonly readers?: number;
  /**
   * What a tag stood for at some time since then is stated as well, UTC milliseconds. Absent: all that it ever stood for. For layouts in
   * which history alone keeps a manifest (Trow); the others state every revision in any case.
   */
  readonly historySinceMs?: number;
  /** When manifests came and what hangs on tags is asked for as well: `pushedAtMs` of manifests (for `--delete-untagged`). */
  readonly pushTimes?: boolean;
  readonly onProgress?: (counts: SurveyCounts) => void;
  /** Told of what makes the next survey slower, and this one no less right: the index could not be kept. */
  readonly onWarning?: (text: string) => void;
}

export interface LeftoverOptions {
  /**
   * False leaves out what only a look at every single link tells: links without content, history, and temporary files beside links
   * and data. It is several times quicker. Default true.
   */
  readonly thorough?: boolean;
  /** Blobs whose folder may be there without data: links to these are looked at whether thoroughly or not. */
  readonly doubted?: Iterable<Digest>;
}

/** A blob looked at closely. Times are UTC milliseconds by the store's clock. */
export interface BlobFacts {
  readonly digest: Digest;
  /** Length of the data. */
  readonly sizeBytes: number;
  /** What removing it gives back to the disk: blocks, and nothing while another hard link holds them. */
  readonly freesBytes: number;
  /** When the data was written. */
  readonly dataAtMs: number;
  /** The newest of the data and of all links to it, aliases as well. Equal to {@link dataAtMs} where links were not asked for. */
  readonly newestAtMs: number;
  /** Repositories with a layer link to it. Empty where links were not asked for. */
  readonly linkedBy: readonly string[];
}

/**
 * Whether links to a blob are looked for. `as-surveyed`: where the survey that has just ended saw which repository links which blob, those
 * links are looked at and no others, for plans, whose every step is checked again; elsewhere it is as `true`.
 */
export type LinkLook = boolean | 'as-surveyed';

/** Where a blob stands on its way out, by what the store itself remembers. */
export interface PendingBlob {
  readonly digest: Digest;
  readonly state: 'unlinked' | 'hidden';
  /** The run that brought it there. */
  readonly runId: string;
  /** Since when at the latest, UTC milliseconds by the store's clock. */
  readonly sinceMs: number;
  /** Length of hidden data; 0 for what is unlinked. */
  readonly sizeBytes: number;
}

/**
 * A registry's storage, looked at from below. The reading half: all that a dry run is ever given. It writes nothing.
 *
 * Scopes of resources: {@link name} for blobs, `<name>/<repository>` for what a repository has.
 */
export interface StoreReader {
  readonly traits: StoreTraits;
  /** Kind and place, without credentials: `distribution-fs:/var/lib/registry`. Scope of its resources, and of its lease. */
  readonly name: string;
  /**
   * States the structure:
   * - `blob` in `<name>`: all that have data, in one block (`Sink.existing`); with sizes only where a listing tells them ({@link StoreTraits.listsSizes});
   * - `repository` in `<name>`, `tag` and `manifest` (a revision whose link is there) in `<name>/<repository>`;
   * - tag → manifest `tag`; a tag whose link is empty or short → all manifests of its history, `opaque`;
   *   a referrer tag (`sha256-…`) → the manifest that it names, `referrer-tag`;
   * - manifest → its data, the blob of the same digest, `link`; manifest → manifest of the same repository `child`, `subject`;
   * - manifest data → what it names, once for each digest: blob → blob `child`, `config`, `layer`; `opaque` for every further digest
   *   that stands in its bytes. So what hangs on content is one set of edges for the whole store, whoever has it;
   * - a blob under another algorithm and the sha256 blob that its link names: `alias`;
   * - a manifest whose data is missing, unreadable or no manifest: a gap on its repository that hides references, and
   *   manifest → every blob that the repository has a layer link to, `opaque`.
   *
   * @throws STORE_WALK_FAILED when any part could not be listed or read for another reason than that it is gone: then nothing is
   *   known for sure, and nothing may be deleted. STORE_NOT_THIS_KIND, STORE_NOT_FOUND.
   */
  source(options: StoreSurveyOptions): Source;
  /**
   * States what only lies about. Surveyed at the same time as {@link source}, with the same signal, it may be one walk. Each with its size and the newest time of its parts (`pushedAtMs`): `upload`, `temporary-file`,
   * `layer-link` without data or without content, `tag-history-link` that no longer leads to a revision, `repository` without anything in it.
   *
   * @throws STORE_WALK_FAILED
   */
  leftovers(options?: LeftoverOptions): Source;
  /**
   * Looks closely at blobs; those without data any more are left out. In no order.
   * @param links - looks for layer links as well, in all repositories.
   * @throws STORE_WALK_FAILED
   */
  examine(digests: Iterable<Digest>, links: LinkLook, signal: AbortSignal): AsyncIterable<BlobFacts>;
  /**
   * All blobs on their way out. Usually each once; one that came back and goes again is told for its hidden copy (for each run that
   * hid one), and as unlinked since.
   * @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED
   */
  pending(signal: AbortSignal): AsyncIterable<PendingBlob>;
  /** The data of a blob. `undefined`: it has none. @throws STORE_TOO_LARGE above `maxBytes`, STORE_WALK_FAILED */
  read(digest: Digest, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** The data of a blob in pieces, for hashing. `undefined`: it has none. */
  stream(digest: Digest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** When a repository's layer link to a blob was written; `undefined`: there is none. `hasData` tells an empty link. */
  layerLink(
    repository: string,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<{ readonly atMs: number; readonly isWhole: boolean } | undefined>;
  /** Manifests whose revision link was written at `sinceMs` or later. @throws STORE_WALK_FAILED */
  revisionsSince(
    sinceMs: number,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly repository: string; readonly digest: Digest }>;
  /**
   * Manifests that tags of a repository stand for at this moment; of a tag whose link says nothing, all that it ever stood for.
   * @throws STORE_WALK_FAILED
   */
  taggedNow(repository: string, signal: AbortSignal): Promise<ReadonlySet<Digest>>;
  close(): Promise<void>;
}

/** A blob to be hidden: it must still be as the plan saw it. */
export interface BlobToHide {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Data newer than this is somebody's new upload, and stays. */
  readonly notNewerThanMs: number;
}

/** `changed`: it is not what the plan saw, and was left alone. */
export type StoreOutcome = 'done' | 'absent' | 'changed';

/** The `index`-th of `count` equal ranges of digests, counted from 1. */
export interface StorePart {
  readonly index: number;
  readonly count: number;
}

/** The writing half: given to `apply` and `undo` alone. */
export interface Store extends StoreReader {
  /** The store's own time, read from a file that is written there and removed. UTC milliseconds. */
  clockMs(signal: AbortSignal): Promise<number>;
  /**
   * Takes the lock that lies on the storage itself, for those who reach it from other machines; it is renewed until released.
   * @param holder - shown to whoever comes second.
   * @param part - only this part, by digest: others that are as large may be locked beside it. A store that can not tell parts apart
   *   locks all of itself.
   * @throws LEASE_HELD naming the holder
   */
  lock(
    holder: string,
    signal: AbortSignal,
    part?: StorePart,
  ): Promise<{ readonly lost: AbortSignal; release(): Promise<void> }>;
  /** Remembers on the storage, safe on disk, that all links to these blobs are gone since now. */
  noteUnlinked(runId: string, digests: readonly Digest[], atMs: number): Promise<void>;
  /** Forgets what {@link noteUnlinked} said of these: they are in use again, or gone for good. */
  forget(digests: readonly Digest[]): Promise<void>;
  /** Removes a layer link, unless it is newer. For caches that do not exist, and links that lead nowhere. */
  unlink(repository: string, digest: Digest, notNewerThanMs: number): Promise<StoreOutcome>;
  /**
   * Writes a layer link beside its place and renames it there. A link that is there is left alone; one that says nothing is replaced.
   * @param digest - of sha256; STORE_NOT_WRITABLE for another: what an alias stands for is nowhere else to be read.
   */
  link(repository: string, digest: Digest): Promise<'written' | 'there'>;
  /**
   * Moves data into the quarantine of a run, by rename on the same file system, one answer each.
   * @throws STORE_QUARANTINE_ELSEWHERE when the quarantine is not on the same file system: nothing is ever copied.
   */
  hide(runId: string, blobs: readonly BlobToHide[]): Promise<readonly StoreOutcome[]>;
  /** Moves data back to its place. `changed`: there is data in its place again, and the hidden copy was dropped. */
  restore(blobs: readonly PendingBlob[]): Promise<readonly StoreOutcome[]>;
  /** Removes hidden data for good. */
  purge(blobs: readonly PendingBlob[]): Promise<readonly StoreOutcome[]>;
  /**
   * Removes one of what {@link StoreReader.leftovers} states, or a `manifest` (its revision link, and tag history that leads to it).
   * A repository goes by removing empty folders only, from below.
   */
  remove(target: Resource, notNewerThanMs: number): Promise<StoreOutcome>;
  /** Puts back what {@link remove} took, from what {@link save} said. @returns `changed` where something else is in its place */
  putBack(target: Resource, saved: unknown): Promise<StoreOutcome>;
  /** What {@link putBack} will need: contents of links, small files. `undefined`: it can't come back (an upload). */
  save(target: Resource): Promise<unknown>;
}
