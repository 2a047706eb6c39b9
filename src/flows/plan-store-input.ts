import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import type { Marks } from '../graph/mark.ts';
import type { PlanScope } from '../plan/plan.ts';
import type { PlanReferences } from '../plan/references.ts';
import type { RepositoryCounts } from '../plan/repository-counts.ts';
import type { BlobTable } from '../policy/blob-table.ts';
import type { HardPrunePolicy } from '../policy/hard-prune.ts';
import type { PendingTable } from '../policy/pending-table.ts';
import type { StoreReader, StoreSurveyOptions, SurveyCounts } from '../systems/store/contract.ts';
import type { Shard } from './shard.ts';

/** All that a plan for a registry's storage needs to know. The store can only be read. */
export interface PlanStoreInput {
  readonly id: string;
  readonly scope: PlanScope;
  readonly store: StoreReader;
  readonly survey: StoreSurveyOptions;
  /** Looks at every single link for what only lies about. Default true. */
  readonly thorough?: boolean;
  /** What else may hold manifests, in scopes of this store: used where untagged ones go. */
  readonly holders: readonly Source[];
  /** How to reach the holders again, without credentials. */
  readonly holdersShown: readonly string[];
  /** The clusters among the holders, in the same way. Absent: what runs was no question. */
  readonly clustersShown?: readonly string[];
  /** How names of images in clusters were understood. */
  readonly references?: PlanReferences;
  readonly policy: HardPrunePolicy;
  /** Nobody can push: a step may follow the one before it in the same run, where its waiting time is zero. */
  readonly isReadOnly: boolean;
  /** Asks which repositories have links to what goes, where the policy does not need to know. */
  readonly withRepositories: boolean;
  /** Only blobs of this part, by digest; the mark is that of the whole store. */
  readonly shard?: Shard;
  /**
   * The store tells what a mark told that others made for all: when that began, by the store's own time, and how much it saw. What took its
   * last step later waits for another.
   */
  readonly sharedMark?: { readonly beganAtMs: number; readonly counts: SurveyCounts };
  /** A cache of the registry may still know manifests that are gone: their data stays. */
  readonly keepManifestData: boolean;
  readonly maxDeleteRatio: number;
  /** Sentences on counts that dropped strangely since the last run. */
  readonly drops: (repositories: readonly RepositoryCounts[]) => Promise<readonly string[]>;
  readonly expiresAfterMs: number;
  readonly nowMs: () => number;
  /** By how much the store's own time is ahead; in a dry run nobody knows, and it is taken for none. */
  readonly aheadMs: number;
  readonly onExamined?: (blobs: number) => void;
}

/** Some resources, by their numbers. */
export interface IdSet {
  has(id: ResourceId): boolean;
}

/** What was seen of a storage, before anything is decided. */
export interface StoreSight {
  readonly evidence: Evidence;
  readonly sink: Sink;
  readonly pending: PendingTable;
  /** What only lies about. */
  readonly leftovers: readonly ResourceId[];
  /** Blobs with data in their place. */
  readonly inPlace: IdSet;
}

/** What a closer look at what nothing reaches needs. */
export interface CloserLookInput extends PlanStoreInput {
  readonly sight: StoreSight;
  /** What the roots reach. */
  readonly marks: Marks;
  /** Is filled. */
  readonly looks: BlobTable;
  readonly atMs: number;
}
