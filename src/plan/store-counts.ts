import type { ActionKind } from './action.ts';

/** What is on a registry's storage, and what a plan would do to it: for headers and reports. */
export interface StoreCounts {
  readonly repositories: number;
  readonly tags: number;
  /** Revisions: a manifest counts once for each repository that has it. */
  readonly manifests: number;
  /** Blobs with data in their place. */
  readonly blobs: number;
  /** Of these, those that something needs. */
  readonly live: number;
  /** Of these, those that nothing needs: all others. */
  readonly unneeded: number;
  /** Unneeded, but too young to be touched. */
  readonly young: number;
  /** Unneeded and without links, but in their grace. */
  readonly waiting: number;
  /** Absent where no limit asks for it. */
  readonly bytes?: BlobBytes;
  /** In the quarantine, before this plan. */
  readonly hidden: number;
  readonly hiddenBytes: number;
  /** From the removal of a blob's links to the hiding of its data, and from there to its end. */
  readonly graceMs: number;
  readonly holdMs: number;
  readonly wouldDelete: Deletion;
  /** Actions of the plan, by kind. */
  readonly steps: Readonly<Partial<Record<ActionKind, number>>>;
}

/** Lengths of the data of blobs in their place. */
export interface BlobBytes {
  /** Of those that nothing needs and that are old enough to go. */
  readonly goBytes: number;
  /** Of all. */
  readonly allBytes: number;
  /** There is more: so much was enough to see that what goes is within the limit. */
  readonly isLeast: boolean;
}

/** The blobs for which the plan has a step on their way out, each counted once. */
export interface Deletion {
  readonly blobs: number;
  /** What the disk gets back in the end, when all of them have gone the whole way. */
  readonly reclaimableBytes: number;
  /** What it gets back when this plan is done: only data that leaves the quarantine for good counts. */
  readonly purgedBytes: number;
}
