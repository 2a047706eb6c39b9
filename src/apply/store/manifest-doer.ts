import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import { createLimit } from '../../util/limit.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failure } from '../apply.ts';
import type { Check, Doer } from '../doer.ts';
import { type ApplyErrorCode, applyErrors } from '../errors.ts';
import { isGone, type Outcome } from '../outcome.ts';
import { tagSnapshots } from '../registry/tag-snapshot.ts';
import { forgetManifest } from './forget-manifest.ts';
import { BATCH } from './in-use.ts';
import type { SavedTarget } from './saved.ts';
import { outcomeOf } from './store-outcome.ts';
import { goesThroughServers, repositoryOf, type StoreRun } from './store-run.ts';
import { noteBegun } from './unlink-note.ts';

/**
 * Takes untagged manifests away from their repositories; their data stays, and goes as a blob. A manifest that was written since the plan
 * was made stays: to give it a tag, a client pushes it again, which writes its link anew.
 *
 * The link goes on the storage, where its age is looked at in the same breath: a server that is asked to delete a manifest takes every tag
 * along that stands for it by then. They stay noted as begun, until all has settled: see `settle.ts`.
 *
 * @param named - `repository@digest` of manifests that are named by others which stay, or were written since the plan was made
 */
export function manifestDoer(run: StoreRun, named: ReadonlySet<string>): Doer {
  const [first] = run.replicas;
  const tags = first === undefined ? undefined : tagSnapshots(first, run.nowMs, run.concurrency);
  const check = async ({ target }: Action, signal: AbortSignal): Promise<Check> => {
    const repository = repositoryOf(run.store, target.scope);
    if ((await run.store.save(target)) === undefined) return { result: 'already-gone' };
    if (named.has(`${repository}@${target.key}`))
      return { result: 'skipped', guard: 'in-use-again', why: 'it was pushed again, or an index names it, since' };
    const on = goesThroughServers(run) ? ((await tags?.tagsOn(repository, target.key, signal)) ?? []) : [];
    if (on.length === 0) return 'go';
    return { result: 'skipped', guard: 'still-tagged', why: `${on.join(', ')} points at it now` };
  };
  return {
    batch: BATCH,
    check: (unit, signal) => Promise.all(unit.map((action) => check(action, signal))),
    prepare: async (unit) => await Promise.all(unit.map((action) => save(run, action))),
    carryOut: async (unit, _, signal) => {
      const digests = [...new Set(unit.map(({ target }) => target.key as Digest))];
      await noteBegun(run.store, run.runId, digests, await run.store.clockMs(signal));
      const limit = createLimit(run.concurrency);
      return await Promise.all(unit.map((action) => limit.run(() => remove(run, action, signal), signal)));
    },
  };
}

async function save({ store }: StoreRun, { target }: Action): Promise<SavedTarget> {
  const saved = await store.save(target);
  if (saved !== undefined) return { target: saved };
  const doing = `saving ${target.scope}@${target.key} for undo: it is not there, so it is not deleted either`;
  throw new CodedError<ApplyErrorCode>('UNDO_IMPOSSIBLE', doing, { hint: applyErrors.UNDO_IMPOSSIBLE.hint });
}

async function remove(run: StoreRun, { target, expects }: Action, signal: AbortSignal): Promise<Outcome> {
  const { store, cache } = run;
  const link = { repository: repositoryOf(store, target.scope), digest: target.key as Digest };
  try {
    const outcome = outcomeOf(await store.remove(target, expects.notNewerThanMs ?? 0));
    if (!isGone(outcome)) return outcome;
    await cache.forgetLinks([link], signal);
    const why = goesThroughServers(run) ? await forgetManifest(run, link, signal) : undefined;
    return why === undefined ? outcome : { result: 'skipped', guard: 'still-served', why };
  } catch (error) {
    return failure(error);
  }
}
