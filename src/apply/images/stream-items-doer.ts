import { formatResource } from '../../evidence/resource.ts';
import { parseStreamItemKey, streamIn } from '../../evidence/stream-item.ts';
import type { Action } from '../../plan/action.ts';
import type { KubeObject } from '../../systems/cluster/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Check, Doer } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { type ImagesErrorCode, imagesErrors } from './errors.ts';
import type { ImagesRun } from './images-run.ts';
import { historiesOf, type ItemIdentity, placeOf, positionIn, withoutItems } from './stream-history.ts';

/** Attempts at writing a stream that others write as well, and the wait after the first. */
const ATTEMPTS = 5;
const BASE_MS = 10;

/**
 * Removes items of tags' histories: those of one stream in one request. Whoever else writes the stream meanwhile goes first: it is read
 * again, looked at again, and written again.
 */
export function streamItemsDoer(run: ImagesRun): Doer {
  /** As they were when they were checked, by scope: read once for the check and the first attempt. */
  const looks = new Map<string, KubeObject | undefined>();
  const read = async (scope: string, signal: AbortSignal) => {
    const { namespace, name } = namesOf(scope);
    return await run.api.stream(namespace, name, signal);
  };
  return {
    takesPartOfUnit: true,
    check: async (unit, signal) => {
      const { scope } = first(unit).target;
      const stream = await read(scope, signal);
      looks.set(scope, stream);
      return checkAll(stream, unit);
    },
    prepare: async (unit) => {
      const stream = looks.get(first(unit).target.scope);
      return unit.map((action) => (stream === undefined ? {} : { placed: placeOf(stream, identityIn(action)) }));
    },
    carryOut: async (unit, _, signal) => {
      const { scope } = first(unit).target;
      const seen = looks.get(scope);
      looks.delete(scope);
      return await removeItems(run, unit, seen, (innerSignal) => read(scope, innerSignal), signal);
    },
  };
}

type Read = (signal: AbortSignal) => Promise<KubeObject | undefined>;

async function removeItems(
  { api, wait }: ImagesRun,
  unit: readonly Action[],
  seen: KubeObject | undefined,
  read: Read,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  let stream = seen;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) {
      await wait(BASE_MS * 2 ** (attempt - 2), signal);
      stream = await read(signal);
    }
    const checks = checkAll(stream, unit);
    const going = unit.filter((_, index) => checks[index] === 'go');
    const outcomes = (outcome: Outcome) => checks.map((check) => (check === 'go' ? outcome : check));
    if (stream === undefined || going.length === 0) return outcomes({ result: 'already-gone' });
    try {
      const answer = await api.updateStreamStatus(withoutItems(stream, going.map(identityIn)), signal);
      if (answer === 'updated') return outcomes({ result: 'done' });
      if (answer === 'absent') return outcomes({ result: 'already-gone' });
    } catch (error) {
      signal.throwIfAborted();
      // The answer may have been lost, and not the request.
      const now = await read(signal);
      if (now !== undefined && checkAll(now, going).every((check) => check !== 'go'))
        return outcomes({ result: 'done' });
      throw error;
    }
  }
  const { hint } = imagesErrors.IMAGES_STREAM_BUSY;
  const message = `updating image stream ${streamIn(first(unit).target.scope)}: it was changed by others at each of ${ATTEMPTS} attempts; nothing of it was removed`;
  throw new CodedError<ImagesErrorCode>('IMAGES_STREAM_BUSY', message, { hint });
}

function checkAll(stream: KubeObject | undefined, unit: readonly Action[]): readonly Check[] {
  if (stream === undefined) return unit.map(() => ({ result: 'already-gone' }));
  const histories = historiesOf(stream);
  return unit.map((action): Check => {
    const position = positionIn(histories, identityIn(action));
    const planned = parseStreamItemKey(action.target.key)?.index ?? 0;
    if (position === undefined) return { result: 'already-gone' };
    if (position >= planned) return 'go';
    const why = `newer items of its tag are gone: it is number ${position} now, and was ${planned}`;
    return { result: 'skipped', guard: 'target-changed', why };
  });
}

/** @throws Error where the plan names no item: a bug of ours */
export function identityIn({ target, expects }: Action): ItemIdentity {
  const name = parseStreamItemKey(target.key);
  if (name === undefined) throw new Error(`${formatResource(target)} is no item of a stream`);
  return { tag: name.tag, digest: name.image, createdAtMs: expects.createdAtMs };
}

/** `<image API>/shop/web` → `shop` and `web`. */
export function namesOf(scope: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = streamIn(scope).split('/');
  return { namespace, name };
}

function first(unit: readonly Action[]): Action {
  return unit[0] as Action;
}
