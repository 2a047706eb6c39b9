import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Check, Doer } from '../doer.ts';
import { type ApplyErrorCode, applyErrors } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import { tagSnapshots } from '../registry/tag-snapshot.ts';
import type { SavedTarget } from './saved.ts';
import { outcomeOf } from './store-outcome.ts';
import { goesThroughServers, repositoryOf, type StoreRun } from './store-run.ts';

/** A HEAD that was under way can put a manifest into a cache again. */
const ROUNDS = 3;

/**
 * Takes untagged manifests away from their repositories; their data stays, and goes as a blob. A manifest that was written since the plan
 * was made stays: to give it a tag, a client pushes it again, which writes its link anew.
 *
 * @param writtenSince - `repository@digest` of manifests that were written, or are named by manifests written, since the plan was made
 */
export function manifestDoer(run: StoreRun, writtenSince: ReadonlySet<string>): Doer {
  const [first] = run.replicas;
  const throughServers = goesThroughServers(run);
  const tags = first === undefined ? undefined : tagSnapshots(first, run.nowMs, run.concurrency);
  const check = async ({ target }: Action, signal: AbortSignal): Promise<Check> => {
    const repository = repositoryOf(run.store, target.scope);
    if ((await run.store.save(target)) === undefined) return { result: 'already-gone' };
    if (writtenSince.has(`${repository}@${target.key}`))
      return { result: 'skipped', guard: 'in-use-again', why: 'it was pushed again, or an index names it, since' };
    const on = throughServers ? ((await tags?.tagsOn(repository, target.key, signal)) ?? []) : [];
    if (on.length === 0) return 'go';
    return { result: 'skipped', guard: 'still-tagged', why: `${on.join(', ')} points at it now` };
  };
  return {
    check: (unit, signal) => Promise.all(unit.map((action) => check(action, signal))),
    prepare: async (unit) => await Promise.all(unit.map((action) => save(run, action))),
    carryOut: (unit, _, signal) => Promise.all(unit.map((action) => remove(run, throughServers, action, signal))),
  };
}

async function save({ store }: StoreRun, { target }: Action): Promise<SavedTarget> {
  const saved = await store.save(target);
  if (saved !== undefined) return { target: saved };
  const doing = `saving ${target.scope}@${target.key} for undo: it is not there, so it is not deleted either`;
  throw new CodedError<ApplyErrorCode>('UNDO_IMPOSSIBLE', doing, { hint: applyErrors.UNDO_IMPOSSIBLE.hint });
}

async function remove(
  run: StoreRun,
  throughServers: boolean,
  { target, expects }: Action,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, cache } = run;
  const repository = repositoryOf(store, target.scope);
  const digest = target.key as Digest;
  if (throughServers) {
    const stayed = await removeThroughServers(run, repository, digest, signal);
    if (stayed !== undefined) return stayed;
    // The servers leave the tags' history; the link is gone by now.
    await store.remove(target, expects.notNewerThanMs ?? 0);
    return { result: 'done' };
  }
  const outcome = outcomeOf(await store.remove(target, expects.notNewerThanMs ?? 0));
  await cache.forgetLinks([{ repository, digest }], signal);
  return outcome;
}

async function removeThroughServers(
  { replicas, cache }: StoreRun,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  let serving: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const replica of replicas) await replica.deleteManifest(repository, digest, signal);
    await cache.forgetLinks([{ repository, digest }], signal);
    const found = await Promise.all(replicas.map((replica) => replica.resolve(repository, digest, signal)));
    serving = replicas.filter((_, index) => found[index] !== undefined).map(({ url }) => url);
    if (serving.length === 0) return undefined;
  }
  const why = `after ${ROUNDS} deletions ${serving.join(', ')} still serves it`;
  return { result: 'skipped', guard: 'still-served', why };
}
