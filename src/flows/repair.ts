import type { Damage } from '../graph/damage-kinds.ts';
import { algorithmOf, type Digest } from '../oci/digest.ts';
import type { Repair, RepairStep } from '../report/fsck/findings.ts';
import type { LeaseKeeper } from '../systems/lease/contract.ts';
import type { PendingBlob, Store } from '../systems/store/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { leaseScope } from './apply-plan.ts';

export interface RepairInput {
  readonly store: Store;
  readonly leases: LeaseKeeper;
  /** Who repairs, for whoever finds the storage locked. */
  readonly by: string;
  /** Looks for damage, now: under the lock nobody of us takes away what is found to be there. */
  readonly look: (signal: AbortSignal) => Promise<readonly Damage[]>;
  readonly onStep?: (step: RepairStep) => void;
}

/** What could be healed without anybody's help. Nothing is done. */
export function plannedRepair(damage: readonly Damage[]): Repair {
  return { confirmed: false, steps: stepsFor(damage).map((step) => ({ ...step, outcome: 'planned' })) };
}

/**
 * Heals what can be healed for sure, under the lease and the lock of the storage: data goes from the quarantine back to its place, then
 * the links that manifests of a repository need are written. Neither takes anything away, so that there is nothing to be journaled; a
 * repair that dies is begun again.
 *
 * @throws LEASE_HELD where a run is at work; STORE_WALK_FAILED
 */
export async function repairStore(input: RepairInput, signal: AbortSignal): Promise<Repair> {
  const { store, leases, by } = input;
  const lease = await leases.acquire(leaseScope({ scope: { store: { name: store.name } } }), by, signal);
  try {
    const lock = await store.lock(by, signal);
    try {
      const all = AbortSignal.any([signal, lease.lost, lock.lost]);
      const steps: RepairStep[] = [];
      const tried = new Set<string>();
      // A manifest that was hidden tells what it needs only once it is back.
      for (;;) {
        const wanted = stepsFor(await input.look(all)).filter((step) => !tried.has(keyOf(step)));
        if (wanted.length === 0) break;
        for (const step of wanted) tried.add(keyOf(step));
        const note = (step: RepairStep) => {
          steps.push(step);
          input.onStep?.(step);
        };
        const lost = await restore(store, wanted, note, all);
        await link(store, wanted, lost, note, all);
      }
      return { confirmed: true, steps };
    } finally {
      await lock.release();
    }
  } finally {
    await lease.release();
  }
}

type WantedStep = Omit<RepairStep, 'outcome' | 'cause'>;

function keyOf({ do: what, repository, digest }: WantedStep): string {
  return `${what} ${repository ?? ''} ${digest}`;
}

/** Data first, and each once; then links. */
function stepsFor(damage: readonly Damage[]): readonly WantedStep[] {
  const hidden = new Set(damage.filter(({ kind }) => kind === 'data-hidden').map(({ what }) => what));
  const links = damage.filter(
    ({ kind, what }) => (kind === 'link-missing' || kind === 'link-empty') && algorithmOf(what as Digest) === 'sha256',
  );
  return [
    ...[...hidden].sort().map((digest): WantedStep => ({ do: 'restore', digest })),
    ...links.map(({ repository, what }): WantedStep => ({ do: 'link', repository, digest: what })),
  ];
}

/** @returns data that could not be brought back: nothing is to link to it */
async function restore(
  store: Store,
  wanted: readonly WantedStep[],
  note: (step: RepairStep) => void,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const digests = new Set(wanted.filter((step) => step.do === 'restore').map(({ digest }) => digest));
  const lost = new Set<string>();
  if (digests.size === 0) return lost;
  const hidden: PendingBlob[] = [];
  for await (const one of store.pending(signal))
    if (one.state === 'hidden' && digests.has(one.digest)) hidden.push(one);
  for (const one of hidden) {
    signal.throwIfAborted();
    const step = { do: 'restore', digest: one.digest } as const;
    const outcome = await trying(async () => (await store.restore([one]))[0]);
    if (typeof outcome === 'object' || outcome === 'absent') lost.add(one.digest);
    if (typeof outcome === 'object') note({ ...step, outcome: 'failed', cause: outcome.cause });
    else note({ ...step, outcome: outcome === 'done' ? 'done' : 'there' });
  }
  const back = hidden.filter(({ digest }) => !lost.has(digest)).map(({ digest }) => digest);
  if (back.length > 0) await store.forget(back);
  return lost;
}

async function link(
  store: Store,
  wanted: readonly WantedStep[],
  lost: ReadonlySet<string>,
  note: (step: RepairStep) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const step of wanted) {
    if (step.do !== 'link' || lost.has(step.digest)) continue;
    signal.throwIfAborted();
    const { repository = '', digest } = step;
    const outcome = await trying(() => store.link(repository, digest as Digest));
    if (typeof outcome === 'object') note({ ...step, outcome: 'failed', cause: outcome.cause });
    else note({ ...step, outcome: outcome === 'written' ? 'done' : 'there' });
  }
}

/** One that can't be healed is no reason to leave the others. */
async function trying<T>(work: () => Promise<T>): Promise<T | { readonly cause: string }> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return { cause: thrown.message };
  }
}
