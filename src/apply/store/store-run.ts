import type { DescriptorCache } from '../../systems/descriptor-cache/contract.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import type { Store } from '../../systems/store/contract.ts';
import type { FreshMarks } from './fresh-mark.ts';

/** How long each step waits for the next, in milliseconds. */
export interface StoreTiming {
  /** From the removal of a blob's links to the hiding of its data: longer than any push. */
  readonly graceMs: number;
  /** From the hiding of data to the look whether anybody asked for it meanwhile. */
  readonly settleMs: number;
  /** From the hiding of data to its end: as long it can be brought back. */
  readonly holdMs: number;
  /** By how much times of the store may be off: their granularity, and how long a network file system remembers attributes. */
  readonly marginMs: number;
}

/** `online`: pushes go on. `read-only`: no server of the registry accepts a write, so that nobody can come in between. */
export type StoreMode = 'online' | 'read-only';

/** All that the steps of one run on a store share. */
export interface StoreRun {
  readonly runId: string;
  readonly mode: StoreMode;
  readonly store: Store;
  /** Every server over this store. */
  readonly replicas: readonly Registry[];
  readonly cache: DescriptorCache;
  readonly timing: StoreTiming;
  readonly freshMarks: FreshMarks;
  /** Requests and files at a time. */
  readonly concurrency: number;
  readonly nowMs: () => number;
  /** Resolves after so many milliseconds. @throws the reason of the signal, at once, when it is aborted */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Links and manifests must go through every server: one that is not asked goes on serving them from its cache, and takes a push that
 * counts on them. Where nothing can be pushed, and where nothing is remembered, they go on the disk.
 */
export function goesThroughServers({ mode, store, cache }: Pick<StoreRun, 'mode' | 'store' | 'cache'>): boolean {
  return mode === 'online' && store.traits.layerLinks && cache.kind !== 'none';
}

/** `distribution-fs:/var/lib/registry/team/app` → `team/app`. */
export function repositoryOf(store: Pick<Store, 'name'>, scope: string): string {
  return scope.slice(store.name.length + 1);
}
