import type { Digest } from '../../oci/digest.ts';

/** A tag as it was seen: on which digest. `scope` and `tag` as in {@link Resource}. */
export interface TagObservation {
  readonly scope: string;
  readonly tag: string;
  readonly digest: Digest;
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
  close(): Promise<void>;
}
