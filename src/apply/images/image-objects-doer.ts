import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { KubeObject } from '../../systems/cluster/contract.ts';
import type { Check, Doer } from '../doer.ts';
import { isGone, type Outcome } from '../outcome.ts';
import type { ImagesRun } from './images-run.ts';
import { readSaved, type SavedImage } from './saved.ts';

/**
 * Deletes Image objects. One whose data could not be deleted, none of it, stays: it alone tells the next run what to try again.
 *
 * @param outcomes - of the deletions of data so far, by number of the action
 */
export function imageObjectsDoer({ api }: ImagesRun, outcomes: ReadonlyMap<number, Outcome>): Doer {
  const looks = new Map<string, KubeObject>();
  const checkOne = async (action: Action, signal: AbortSignal): Promise<Check> => {
    const left = whyDataIsLeft(action, outcomes);
    if (left !== undefined) return { result: 'skipped', guard: 'data-left', why: left };
    const image = await api.image(action.target.key as Digest, signal);
    if (image === undefined) return { result: 'already-gone' };
    const { resourceVersion: planned } = action.expects;
    if (planned !== undefined && image.metadata?.resourceVersion !== planned)
      return { result: 'skipped', guard: 'target-changed', why: 'the object was changed since the plan was made' };
    looks.set(action.target.key, image);
    return 'go';
  };
  return {
    check: (unit, signal) => Promise.all(unit.map((action) => checkOne(action, signal))),
    prepare: async (unit) => unit.map(({ target }): SavedImage => savedOf(looks.get(target.key))),
    carryOut: (unit, prepared, signal) =>
      Promise.all(
        unit.map(async ({ target }, index): Promise<Outcome> => {
          looks.delete(target.key);
          const { image } = readSaved<SavedImage>(prepared[index]);
          const answer = await api.deleteImage(target.key as Digest, image?.metadata?.resourceVersion, signal);
          if (answer === 'deleted') return { result: 'done' };
          if (answer === 'absent') return { result: 'already-gone' };
          return { result: 'skipped', guard: 'target-changed', why: 'the object was changed in the same moment' };
        }),
      ),
  };
}

function savedOf(image: KubeObject | undefined): SavedImage {
  return image === undefined ? {} : { image };
}

function whyDataIsLeft({ unlessAllFailed = [] }: Action, outcomes: ReadonlyMap<number, Outcome>): string | undefined {
  const known = unlessAllFailed.map((n) => outcomes.get(n)).filter((one) => one !== undefined);
  if (known.length === 0 || known.some(isGone)) return undefined;
  const why = known.flatMap((one) => ('why' in one ? [one.why] : []));
  return `none of its data could be deleted: ${why[0] ?? 'no word'}`;
}
