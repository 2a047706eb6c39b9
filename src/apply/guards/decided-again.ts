import type { Guard } from '../doer.ts';
import type { DecidedAgain } from '../images/images-run.ts';
import { failClosed } from './fail-closed.ts';

export interface DecidedAgainOptions {
  /** Looks at the world and decides anew. */
  readonly decide: (signal: AbortSignal) => Promise<DecidedAgain>;
  /** What the plan was made from, where that was just now. */
  readonly first: DecidedAgain | undefined;
  readonly nowMs: () => number;
  /** A decision that is older is made anew; or than twice as long as it took. */
  readonly maxAgeMs: number;
}

/** Keeps a decision that is not old. */
export interface Deciding {
  /** Lets an action go that would be planned anew now, and holds back all others. */
  readonly guard: Guard;
  /** The decision that counts. @throws what deciding throws */
  ask(signal: AbortSignal): Promise<DecidedAgain>;
  /** The last one that was made. */
  last(): DecidedAgain | undefined;
  /** The world was changed: what comes next needs a new decision. */
  forget(): void;
}

/**
 * What can't be taken back is not done on the word of an old look: the decision is made again from a new one, and only what both would
 * delete goes. What could not be seen keeps, as ever.
 */
export function decidedAgain({ decide, first, nowMs, maxAgeMs }: DecidedAgainOptions): Deciding {
  let current: { readonly decided: Promise<DecidedAgain>; tookMs: number; readonly askedAtMs: number } | undefined =
    first === undefined ? undefined : { decided: Promise.resolve(first), tookMs: 0, askedAtMs: first.lookedAtMs };
  let last = first;

  const ask = (signal: AbortSignal): Promise<DecidedAgain> => {
    if (current !== undefined && nowMs() - current.askedAtMs <= Math.max(maxAgeMs, 3 * current.tookMs))
      return current.decided;
    const asked = { decided: decide(signal), tookMs: 0, askedAtMs: nowMs() };
    current = asked;
    asked.decided.then(
      (decided) => {
        last = decided;
        asked.tookMs = nowMs() - asked.askedAtMs;
      },
      () => undefined, // whoever asked hears of it; until it is old, it is not tried again for every single action
    );
    return asked.decided;
  };

  const guard = failClosed(async (action, signal) => {
    const kept = (await ask(signal)).whyKept(action);
    return kept === undefined ? undefined : { result: 'skipped', ...kept };
  });
  return {
    guard,
    ask,
    last: () => last,
    forget: () => {
      current = undefined;
    },
  };
}
