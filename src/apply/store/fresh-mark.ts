import type { Digest } from '../../oci/digest.ts';

/** What a complete look at a store, without a single failure, found to be in use. */
export interface FreshMark {
  /** When the look began, by the store's clock, UTC milliseconds. What was written later it may not have seen. */
  readonly beganAtMs: number;
  /** Something that stays needs the blob. */
  isMarked(digest: Digest): boolean;
}

/**
 * Looks at a store from end to end, now. Every manifest that a repository has counts as staying, tagged or not: whatever was to go
 * is gone by the time this is asked for.
 *
 * @throws STORE_WALK_FAILED: nothing is known for sure, and nothing may be moved on
 */
export type FreshMarks = (signal: AbortSignal) => Promise<FreshMark>;
