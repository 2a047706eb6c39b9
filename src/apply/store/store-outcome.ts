import type { StoreOutcome } from '../../systems/store/contract.ts';
import type { Outcome } from '../outcome.ts';

export function tooEarly(what: string, waitedMs: number, neededMs: number): Outcome {
  const why = `${what} ${Math.round(waitedMs / 1000)} s ago, ${Math.round(neededMs / 1000)} s are needed`;
  return { result: 'skipped', guard: 'too-early', why };
}

/** What a store says of one of many, as an outcome. */
export function outcomeOf(answer: StoreOutcome): Outcome {
  if (answer === 'done') return { result: 'done' };
  if (answer === 'absent') return { result: 'already-gone' };
  return { result: 'skipped', guard: 'target-changed', why: 'it is not what the plan saw any more' };
}
