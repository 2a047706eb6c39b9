import type { FreshMark } from '../../src/apply/store/fresh-mark.ts';
import { newReferences } from '../../src/apply/store/new-references.ts';
import { type ApplyStoreInput, applyStorePlan } from '../../src/flows/apply-store-plan.ts';
import { undoStoreRun } from '../../src/flows/undo-store-run.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { Action, ActionKind } from '../../src/plan/action.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { PlanHeader } from '../../src/plan/plan.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import type { Journal } from '../../src/systems/journal/contract.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { type MemoryLeases, memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import type { Registry } from '../../src/systems/registry/contract.ts';
import type { PendingBlob, Store } from '../../src/systems/store/contract.ts';

const never = new AbortController().signal;

/** Everything that any manifest names, seen just now: a mark as simple as can be, to test what relies on one. */
export async function markSimply(store: Store): Promise<FreshMark> {
  const beganAtMs = await store.clockMs(never);
  const marked = await markedWithout(store, new Set());
  return { beganAtMs, isMarked: (digest) => marked.has(digest) };
}

export interface SimplePlanOptions {
  readonly id?: string;
  /** Every blob goes as far as it can in one run. */
  readonly withoutWaiting?: boolean;
  /** Manifests that go, as `repository@digest`: what only they name goes with them. */
  readonly manifests?: readonly string[];
  readonly graceMs?: number;
  readonly holdMs?: number;
  /** Blobs that there are. */
  readonly blobs: Iterable<Digest>;
}

export interface SimplePlan {
  readonly header: PlanHeader;
  readonly actions: readonly Action[];
  /** Undefined: as if the plan came from a file. */
  readonly mark: FreshMark | undefined;
}

/** Plans by the states of a blob, for a store as it is now: the least that a planner has to do. */
export async function planSimply(store: Store, options: SimplePlanOptions): Promise<SimplePlan> {
  const { manifests = [], graceMs = 0, holdMs = 0, withoutWaiting = false } = options;
  const beganAtMs = await store.clockMs(never);
  const marked = await markedWithout(store, new Set(manifests));
  const pending = new Map<Digest, PendingBlob>();
  for await (const one of store.pending(never)) pending.set(one.digest, one);
  const actions: Action[] = [];
  const add = (kind: ActionKind, target: Action['target'], more: Partial<Action> = {}): number => {
    const n = actions.length + 1;
    const blank = {
      after: [],
      expects: {},
      reason: 'no-manifest',
      because: 'nothing names it',
      freesBytes: 0,
    } as const;
    actions.push({ ...blank, n, do: kind, target, ...more });
    return n;
  };
  const blob = (key: Digest) => ({ kind: 'blob', scope: store.name, key }) as const;
  const isDue = (digest: Digest, ms: number) => beganAtMs - (pending.get(digest)?.sinceMs ?? beganAtMs) >= ms;

  for (const digest of pending.keys()) if (marked.has(digest)) add('restore-blob', blob(digest));
  const gone = manifests.map((name) => {
    const [repository = '', key = ''] = name.split('@');
    const target = { kind: 'manifest', scope: `${store.name}/${repository}`, key } as const;
    return add('delete-manifest', target, { expects: { notNewerThanMs: beganAtMs, untagged: true } });
  });
  const candidates = [...options.blobs].filter((digest) => !marked.has(digest)).sort();
  const seen = new Map<Digest, Partial<Action>>();
  for await (const { digest, sizeBytes, newestAtMs, linkedBy } of store.examine(candidates, true, never)) {
    const expects = { sizeBytes, notNewerThanMs: newestAtMs };
    seen.set(digest, { expects, repositories: linkedBy, freesBytes: sizeBytes });
  }
  const stepOf = new Map<Digest, number>();
  const after = (digest: Digest) => [stepOf.get(digest)].filter((n) => n !== undefined);
  for (const digest of candidates) {
    const more = seen.get(digest);
    if (more !== undefined && !pending.has(digest))
      stepOf.set(digest, add('unlink-blob', blob(digest), { ...more, after: gone }));
  }
  for (const digest of candidates) {
    const more = seen.get(digest);
    if (more === undefined || !(stepOf.has(digest) ? withoutWaiting : isDue(digest, graceMs))) continue;
    stepOf.set(digest, add('hide-blob', blob(digest), { ...more, after: after(digest) }));
  }
  for (const digest of new Set([...candidates, ...pending.keys()])) {
    const isHidden = pending.get(digest)?.state === 'hidden' && !marked.has(digest);
    if ((isHidden && isDue(digest, holdMs)) || (withoutWaiting && stepOf.has(digest)))
      add('purge-blob', blob(digest), { after: after(digest) });
  }
  const mark = { beganAtMs, isMarked: (digest: Digest) => marked.has(digest) };
  return { header: headerOf(store, options.id ?? 'run-1', actions.length, beganAtMs), actions, mark };
}

async function markedWithout(store: Store, going: ReadonlySet<string>): Promise<ReadonlySet<Digest>> {
  const marked = new Set<Digest>();
  const view: Store = {
    ...store,
    async *revisionsSince(sinceMs, signal) {
      for await (const one of store.revisionsSince(sinceMs, signal))
        if (!going.has(`${one.repository}@${one.digest}`)) yield one;
    },
  };
  for await (const { digest } of newReferences(view, 0, never)) marked.add(digest);
  return marked;
}

function headerOf(store: Pick<Store, 'name'>, id: string, actionCount: number, madeAtMs: number): PlanHeader {
  return {
    ...{ winnow: 'plan/v1', id, flow: 'hard-prune', scope: { store: { name: store.name } }, madeAtMs },
    ...{
      expiresAtMs: Number.MAX_SAFE_INTEGER,
      records: [],
      evidence: [],
      gaps: [],
      policy: {},
      limits: {},
      broken: [],
    },
    ...{ repositories: [], keptByReason: {}, actionCount, freesBytes: 0 },
  };
}

/** Everything around a store that a run needs. */
export interface StoreRig {
  readonly store: Store;
  readonly replicas: readonly Registry[];
  readonly cache: DescriptorCache;
  readonly journal: Journal;
  readonly leases: MemoryLeases;
  /** What waiting does: to change the world meanwhile. */
  wait: (ms: number) => Promise<void>;
}

export function storeRig(store: Store, parts: Partial<StoreRig> = {}): StoreRig {
  return {
    store,
    replicas: [],
    cache: silentCache('none'),
    journal: memoryJournal(),
    leases: memoryLeases(),
    wait: async () => undefined,
    ...parts,
  };
}

export interface SilentCache extends DescriptorCache {
  /** `link app sha256:…`, `blob sha256:…`: what it was told to forget. */
  readonly forgotten: string[];
}

/** A cache that only notes what it is told. */
export function silentCache(kind: DescriptorCache['kind']): SilentCache {
  const forgotten: string[] = [];
  return {
    kind,
    name: kind,
    forgotten,
    forgetLinks: async (links) => {
      for (const { repository, digest } of links) forgotten.push(`link ${repository} ${digest}`);
    },
    forgetBlobs: async (digests) => {
      for (const digest of digests) forgotten.push(`blob ${digest}`);
    },
    close: async () => undefined,
  };
}

export const noTiming = { graceMs: 0, settleMs: 0, holdMs: 0, marginMs: 10 } as const;

/** Applies a plan to a rig's store. */
export async function applyToStore(rig: StoreRig, plan: SimplePlan, changes: Partial<ApplyStoreInput> = {}) {
  const { header, actions, mark } = plan;
  const { store, replicas, cache, journal, leases } = rig;
  let nowMs = header.madeAtMs;
  return await applyStorePlan({
    header,
    actions: () => streamOf(actions),
    planLines: encodePlan({ header, actions }),
    runId: header.id,
    by: 'test',
    ...{ journal, leases, store, replicas, cache, mark },
    mode: 'online',
    timing: noTiming,
    freshMarks: () => markSimply(store),
    concurrency: 2,
    nowMs: () => {
      nowMs += 1;
      return nowMs;
    },
    wait: (ms) => rig.wait(ms),
    signal: never,
    onProgress: () => undefined,
    ...changes,
  });
}

export async function undoOnStore({ journal, leases, store }: StoreRig, runId = 'run-1') {
  return await undoStoreRun({
    ...{ runId, by: 'test', journal, leases, store, concurrency: 4, nowMs: Date.now, signal: never },
    onProgress: () => undefined,
  });
}

async function* streamOf(actions: readonly Action[]): AsyncGenerator<Action> {
  yield* actions;
}
