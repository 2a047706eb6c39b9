import { exitCodes } from '../../report/exit-code.ts';
import type { RunState } from '../../systems/history/contract.ts';
import type { PlanOutcomes } from './plan-outcomes.ts';
import { type ChildEnd, hasDied, isWaiting } from './run-child.ts';
import type { StopCause } from './run-task.ts';
import { whyOf } from './why-of.ts';

/** What a run that was applied came to. */
export interface ApplyEnd {
  readonly state: RunState;
  /** Empty: it went as it should. */
  readonly why: readonly string[];
}

/** @param cause - who wanted it to stop; undefined: nobody */
export function endOfApply(applied: {
  readonly end: ChildEnd;
  readonly cause: StopCause | undefined;
  readonly outcomes: Pick<PlanOutcomes, 'removed'>;
  readonly deadlineMs: number;
}): ApplyEnd {
  const { end, cause, outcomes, deadlineMs } = applied;
  const { code, outOfTime } = end;
  const didSomething = outcomes.removed > 0;
  const why = whyOf(end, deadlineMs);
  if (outOfTime) return { state: didSomething ? 'partial' : 'failed', why };
  if (cause !== undefined && (hasDied(end) || isWaiting(end)))
    return cause === 'person'
      ? { state: 'stopped', why: ['It was stopped by a person: what was in hand was finished.'] }
      : { state: 'interrupted', why: [] };
  switch (code) {
    case exitCodes.done:
      return { state: 'done', why: [] };
    case exitCodes.partial:
      return { state: 'partial', why: [] };
    case exitCodes.evidence:
      return { state: 'incomplete', why: [] };
    case exitCodes.outdated:
      return { state: didSomething ? 'partial' : 'outdated', why };
    default:
      return { state: didSomething ? 'partial' : 'failed', why };
  }
}
