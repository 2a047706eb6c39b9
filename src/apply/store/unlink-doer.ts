import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { BlobFacts, PendingBlob } from '../../systems/store/contract.ts';
import { createLimit } from '../../util/limit.ts';
import { failure } from '../apply.ts';
import type { Check, Doer } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { BATCH, type InUse, whyInUse } from './in-use.ts';
import type { MeantIn } from './intentions.ts';
import { removeLink } from './remove-link.ts';
import { readSavedLinks, type SavedLinks } from './saved.ts';
import type { StoreRun } from './store-run.ts';
import { isBegun, noteBegun } from './unlink-note.ts';

export interface UnlinkOptions {
  readonly run: StoreRun;
  readonly inUse: InUse;
  /** What is on its way out already. */
  readonly pending: ReadonlyMap<Digest, PendingBlob>;
  /** From which repositories a run that died was taking them: those are seen to once more. */
  readonly meant: MeantIn;
}

/** Removes all layer links to blobs. They stay noted as begun, until all has settled: see `settle.ts`. */
export function unlinkDoer(options: UnlinkOptions): Doer {
  const { run } = options;
  return {
    batch: BATCH,
    check: async (unit, signal) => {
      const facts = await factsOf(run, unit, signal);
      return unit.map((action) => checkOne(options, action, facts.get(action.target.key as Digest)));
    },
    prepare: async (unit) => unit.map((action): SavedLinks => ({ repositories: repositoriesOf(options, action) })),
    carryOut: (unit, prepared, signal) => carryOut(options, unit, prepared.map(readSavedLinks), signal),
  };
}

function repositoriesOf({ meant }: UnlinkOptions, { target, repositories = [] }: Action): readonly string[] {
  return [...new Set([...repositories, ...(meant.get(target.key as Digest) ?? [])])];
}

/** Blobs that still have data. */
export async function factsOf(
  { store }: StoreRun,
  unit: readonly Action[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, BlobFacts>> {
  const facts = new Map<Digest, BlobFacts>();
  const digests = unit.map(({ target }) => target.key as Digest);
  for await (const one of store.examine(digests, false, signal)) facts.set(one.digest, one);
  return facts;
}

function checkOne({ inUse, pending }: UnlinkOptions, action: Action, facts: BlobFacts | undefined): Check {
  const digest = action.target.key as Digest;
  const { sizeBytes, notNewerThanMs = 0 } = action.expects;
  const known = pending.get(digest);
  if (known?.state === 'unlinked' && !isBegun(known)) return { result: 'already-gone' };
  const why = whyInUse(inUse, digest);
  if (why !== undefined) return why;
  if (facts === undefined) return { result: 'already-gone' };
  if (facts.dataAtMs > notNewerThanMs || (sizeBytes !== undefined && facts.sizeBytes !== sizeBytes))
    return { result: 'skipped', guard: 'target-changed', why: 'it was pushed anew since' };
  return 'go';
}

async function carryOut(
  { run }: UnlinkOptions,
  unit: readonly Action[],
  saved: readonly SavedLinks[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { store, runId, concurrency } = run;
  const digests = unit.map(({ target }) => target.key as Digest);
  await noteBegun(store, runId, digests, await store.clockMs(signal));
  const limit = createLimit(concurrency);
  const unlink = (action: Action, index: number) =>
    limit.run(() => unlinkOne(run, action, saved[index] as SavedLinks, signal), signal);
  return await Promise.all(unit.map(unlink));
}

async function unlinkOne(
  run: StoreRun,
  { target, expects }: Action,
  { repositories }: SavedLinks,
  signal: AbortSignal,
): Promise<Outcome> {
  const digest = target.key as Digest;
  try {
    for (const repository of repositories) {
      const stayed = await removeLink(run, repository, digest, expects.notNewerThanMs ?? 0, signal);
      if (stayed !== undefined) return stayed;
    }
    return { result: 'done' };
  } catch (error) {
    return failure(error);
  }
}
