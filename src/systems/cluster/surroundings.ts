import type { ReadSnapshot } from './contract.ts';

/** What clusters need of the program that opens them. */
export interface ClusterSurroundings {
  /** Reads a snapshot from where its settings say. */
  readonly readSnapshot: ReadSnapshot;
  /** UTC milliseconds: how old a snapshot is counts from here. */
  readonly nowMs: () => number;
}
