import type { StoreTiming } from '../../src/apply/store/store-run.ts';

/** What a collecting process is told, as JSON, in its one argument. */
export interface CollectOrder {
  /** The registry's root directory. */
  readonly folder: string;
  /** Every server over it. */
  readonly servers: readonly string[];
  /** As `--cache` has it. */
  readonly cache: string;
  readonly stateFolder: string;
  readonly timing: StoreTiming;
  readonly minBlobAgeMs: number;
  readonly leftoverAgeMs: number;
  /** Ends after so many; absent: when it is told to. */
  readonly runs?: number;
}

/** One line of what it prints: it is at work, there was nothing to do, a run has ended, or has failed. */
export type CollectLine =
  | { readonly said: 'begun' | 'idle' }
  | {
      readonly said: 'run';
      readonly unlinked: number;
      readonly hidden: number;
      readonly purged: number;
      /** Blobs that were on their way out, and are in use again. */
      readonly restored: number;
      /** Layer links that were written again. */
      readonly healed: number;
      /** Why actions were not done: `skipped in-use-again`, `failed REGISTRY_…`. */
      readonly undone: Readonly<Record<string, number>>;
    }
  | { readonly said: 'failed'; readonly code: string; readonly message: string };
