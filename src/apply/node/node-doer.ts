import type { Action } from '../../plan/action.ts';
import type { ImageNow, Runtime } from '../../systems/runtime/contract.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Check, Doer } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { type UnlessHung, untilHung } from './until-hung.ts';

/** What `undo` needs to pull an image again. */
export interface SavedImage {
  readonly tags: readonly string[];
  readonly digests: readonly string[];
}

/**
 * Removes containers, sandboxes and images of a runtime. The runtime refuses nothing (containerd removes what runs, and what is pinned), so
 * what uses an image is listed again right before each removal, and the states are read again.
 */
export function nodeDoer(
  runtime: Runtime,
  { nowMs, unlessHung = untilHung() }: { readonly nowMs: () => number; readonly unlessHung?: UnlessHung },
): Doer {
  return {
    check: ([action], signal) => unlessHung(async () => [await checkOne(runtime, action as Action, nowMs, signal)]),
    prepare: ([action], signal) => unlessHung(async () => [await prepareOne(runtime, action as Action, signal)]),
    carryOut: ([action], _prepared, signal) =>
      unlessHung(async () => [await carryOutOne(runtime, action as Action, signal)]),
  };
}

async function carryOutOne(runtime: Runtime, { do: kind, target }: Action, signal: AbortSignal): Promise<Outcome> {
  if (kind === 'remove-container') await runtime.removeContainer(target.key, signal);
  if (kind === 'remove-sandbox') await runtime.removeSandbox(target.key, signal);
  if (kind === 'remove-image' && (await runtime.removeImage(target.key, signal)) === 'in-use')
    return inUse('the runtime says that a container uses it');
  if (kind === 'release-content') await runtime.releaseContent?.([target.key], signal);
  return { result: 'done' };
}

async function checkOne(runtime: Runtime, action: Action, nowMs: () => number, signal: AbortSignal): Promise<Check> {
  const { key } = action.target;
  switch (action.do) {
    case 'remove-container': {
      const container = (await runtime.containers(signal)).find(({ id }) => id === key);
      if (container === undefined) return { result: 'already-gone' };
      return container.state === action.expects.state ? 'go' : changed(`it is ${container.state} now`);
    }
    case 'remove-sandbox': {
      const sandbox = (await runtime.sandboxes(signal)).find(({ id }) => id === key);
      if (sandbox === undefined) return { result: 'already-gone' };
      if (sandbox.state !== action.expects.state) return changed(`it is ${sandbox.state} now`);
      const inside = (await runtime.containers(signal)).find((container) => container.sandbox === key);
      return inside === undefined ? 'go' : inUse(`container ${inside.words} is in it`);
    }
    case 'remove-image':
      return await checkImage(runtime, action, nowMs, signal);
    default:
      return 'go';
  }
}

async function checkImage(runtime: Runtime, action: Action, nowMs: () => number, signal: AbortSignal): Promise<Check> {
  const { key } = action.target;
  const image = await runtime.image(key, signal);
  if (image === undefined || image.id !== key) return { result: 'already-gone' };
  if (image.pinned) return inUse('it is pinned now');
  const pulledAtMs = image.pulledAtMs ?? 0;
  if (pulledAtMs > (action.expects.notNewerThanMs ?? Number.POSITIVE_INFINITY))
    return changed(`it was pulled again ${formatDuration(Math.max(0, nowMs() - pulledAtMs))} ago`);
  // The last look before it goes: whoever has made a container of it since then stays.
  const user = (await runtime.containers(signal)).find(({ images }) => images.includes(key));
  return user === undefined ? 'go' : inUse(`container ${user.words} uses it`);
}

async function prepareOne(runtime: Runtime, action: Action, signal: AbortSignal): Promise<SavedImage | undefined> {
  if (action.do !== 'remove-image') return undefined;
  const image: ImageNow | undefined = await runtime.image(action.target.key, signal);
  return { tags: image?.tags ?? [], digests: image?.digests ?? [] };
}

function changed(why: string): Outcome {
  return { result: 'skipped', guard: 'target-changed', why };
}

function inUse(why: string): Outcome {
  return { result: 'skipped', guard: 'in-use-again', why };
}
