import type { Digest } from '../../oci/digest.ts';

/** A tag as it was seen: on which digest. `scope` and `tag` as in {@link Resource}. */
export interface TagObservation {
  readonly scope: string;
  readonly tag: string;
  readonly digest: Digest;
}

/** A digest that a tag was on, and since when: the first sight of it there, UTC milliseconds. */
export interface RememberedRevision {
  readonly digest: Digest;
  readonly sinceMs: number;
}

/**
 * What Winnow remembers between runs. Losing it is safe: counts are compared with nothing, ages begin anew, and both only keep more.
 */
export interface State {
  /** The counts of the last complete survey of a source, by name of what was counted (`rows`, `repositories`, `tags`). */
  lastCounts(source: string): Promise<Readonly<Record<string, number>> | undefined>;
  rememberCounts(source: string, counts: Readonly<Record<string, number>>, atMs: number): Promise<void>;
  /**
   * Notes tags as seen now. A tag that was last seen on the same digest keeps its first time; one that moved, or moved and
   * came back, begins anew. Streams; one transaction a few thousand. What was seen before a failure may have been noted.
   */
  observeTags(tags: Iterable<TagObservation>, atMs: number): Promise<void>;
  /** When a tag was first seen on this digest, UTC milliseconds. Undefined where it was never seen, or last on another. */
  firstSeenMs(tag: TagObservation): Promise<number | undefined>;
  /**
   * What the tags of a repository (by scope) were seen on, newest first: the present digest, and those before it. A tag that came back has
   * the digest twice. Tags that are gone are among them for half a year, past digests for a year.
   */
  tagHistory(scope: string): Promise<ReadonlyMap<string, readonly RememberedRevision[]>>;
  /** Forgets digests of a repository that are not there any more, so that nobody asks for them again. */
  forgetDigests(scope: string, digests: readonly Digest[]): Promise<void>;
  /**
   * Notes which images of a runtime are in use now, of all that it has; those that it has no more are forgotten.
   * @returns since when each is not: when it was last seen in use, or first seen at all. UTC milliseconds, by key.
   */
  noteUse(runtime: string, images: Iterable<ImageUse>, atMs: number): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** An image on a node, as it was seen. */
export interface ImageUse {
  /** Its id. */
  readonly key: string;
  readonly used: boolean;
}
