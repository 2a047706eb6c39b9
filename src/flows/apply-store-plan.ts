import { endLine } from '../apply/journal-entry.ts';
import type { BroughtBack } from '../apply/store/bring-back.ts';
import type { FreshMark } from '../apply/store/fresh-mark.ts';
import { intentionsIn } from '../apply/store/intentions.ts';
import { applyStorePhases } from '../apply/store/phases.ts';
import { assertPreconditions } from '../apply/store/preconditions.ts';
import type { StoreRun } from '../apply/store/store-run.ts';
import type { Action } from '../plan/action.ts';
import type { CheckedRun } from '../report/fsck/run-check.ts';
import type { Lease, LeaseKeeper } from '../systems/lease/contract.ts';
import type { StorePart } from '../systems/store/contract.ts';
import { assertApplicable, carryOut, type RunInput } from './apply-plan.ts';
import { checkedRun, type RunCheckInput } from './checked-run.ts';
import { type Holders, holdersAgree } from './holders-agree.ts';
import { inReadOnlyMode, type ReadOnlySwitching } from './in-read-only-mode.ts';

export interface ApplyStoreInput extends RunInput, StoreRun {
  /** The plan's actions, from the first, each time it is called. */
  readonly actions: () => AsyncIterable<Action>;
  /** The mark that the plan was made from, where that was just now; undefined for a plan from a file. Its time is the store's. */
  readonly mark: FreshMark | undefined;
  /** Only a part of the store is worked on: runs on other parts may go on beside it. */
  readonly part?: StorePart;
  /** Asked again before manifests go. Absent: nobody holds any. */
  readonly holders?: Holders;
  /** Switches read-only mode on before anything is done, and back after it. Absent: somebody else does, or it is not asked for. */
  readonly switching?: ReadOnlySwitching;
  /** Looks for damage before anything is done, and once more after the run. Both outside of read-only mode. */
  readonly check?: Omit<RunCheckInput, 'store' | 'nowMs' | 'wait'>;
}

export interface StoreRunReport extends CheckedRun {
  /** What was asked for while it was on its way out, and is back. */
  readonly broughtBack: BroughtBack;
}

/**
 * Applies a plan for a registry's storage, under the lease and under the lock that lies on the storage itself.
 *
 * @throws HARD_PRUNE_…, LEASE_HELD, PLAN_EXPIRED, LIMIT_EXCEEDED before anything is done; STORE_WALK_FAILED, LEASE_LOST in the middle:
 *   what was begun is ended by the next run
 */
export async function applyStorePlan(input: ApplyStoreInput): Promise<StoreRunReport> {
  const { header, store, runId, by, nowMs, signal, switching, check } = input;
  assertApplicable(header, nowMs());
  const lock = await store.lock(`${runId} by ${by}`, signal, input.part);
  try {
    const work = () => runUnderLock(input, lock.lost);
    const run = () => (switching === undefined ? work() : inReadOnlyMode(switching, work, signal));
    if (check === undefined) return await run();
    const { wait } = input;
    return await checkedRun({ ...check, store, nowMs, wait }, run, AbortSignal.any([signal, lock.lost]));
  } finally {
    await lock.release();
  }
}

async function runUnderLock(input: ApplyStoreInput, lockLost: AbortSignal): Promise<StoreRunReport> {
  const { nowMs, mark, actions, store } = input;
  const holders = holdersAgree(input.holders ?? { sources: [], maxAgeMs: 0 }, store, nowMs);
  let broughtBack: BroughtBack = { blobs: 0, links: 0 };
  let unfinished: Pick<StoreRunReport, 'unfinished'> = {};
  const underLease = async (signal: AbortSignal): Promise<void> => {
    await assertPreconditions(input, actions(), signal);
    await holders.ask(actions(), signal);
    await input.underLease?.(signal);
  };
  const leases = input.part === undefined ? input.leases : ofPart(input.leases, input.part);
  const report = await carryOut({ ...input, leases, underLease }, async (context) => {
    const lease: Lease = { ...context.lease, lost: AbortSignal.any([context.lease.lost, lockLost]) };
    const intentions = intentionsIn(input.journal);
    const applied = await applyStorePhases({
      ...{ run: input, actions, mark, intentions, manifestGuards: holders.guards },
      context: { ...context, lease },
    });
    const { tally, stopped } = applied;
    broughtBack = applied.broughtBack;
    unfinished = applied.unfinished.length === 0 ? {} : { unfinished: applied.unfinished };
    await context.journal.append([endLine(nowMs(), { tally, stopped, ...unfinished })]);
    return applied;
  });
  return { ...report, broughtBack, ...unfinished };
}

/** The lock on the storage sees to it that nobody works on the whole meanwhile. */
function ofPart(leases: LeaseKeeper, { index, count }: StorePart): LeaseKeeper {
  return {
    ...leases,
    acquire: (scope, holder, signal) => leases.acquire(`${scope} part ${index} of ${count}`, holder, signal),
  };
}
