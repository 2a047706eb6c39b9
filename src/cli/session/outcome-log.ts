import { formatResource } from '../../evidence/resource.ts';
import type { Outcome } from '../../flows/apply-registry-plan.ts';
import type { Action } from '../../plan/action.ts';
import type { Log, LogFields } from '../log.ts';

/** Tells a log what becomes of a run's actions. */
export interface OutcomeLog {
  /** A line for each action that was done; of those that were not, the first of each cause as a warning, and the others for debugging. */
  note(action: Action, outcome: Outcome): void;
  /** A line for each cause of which a warning did not tell all. */
  finish(): void;
}

/** Follow from something that was told already: a stop, or something that was not removed. */
const consequences: ReadonlySet<string> = new Set(['stopped', 'keeper-stayed']);

/** @param log - a million actions that fail alike must not drown it: the journal of the run has them all */
export function outcomeLog(log: Log, runId: string): OutcomeLog {
  const causes = new Map<string, { count: number; readonly isConsequence: boolean; readonly fields: LogFields }>();
  return {
    note: (action, outcome) => {
      const { target, do: kind, reason, freesBytes } = action;
      const fields = { run_id: runId, action: kind, target: formatResource(target), reason, bytes: freesBytes };
      if (outcome.result === 'done') return log.info('removed', fields);
      if (outcome.result === 'already-gone') return log.info('already gone', fields);
      const { result, why } = outcome;
      const cause = result === 'skipped' ? { guard: outcome.guard } : { error_code: outcome.code };
      const key = `${result} ${Object.values(cause)[0]}`;
      const isConsequence = result === 'skipped' && consequences.has(outcome.guard);
      const told = causes.get(key) ?? { count: 0, isConsequence, fields: { run_id: runId, outcome: result, ...cause } };
      told.count += 1;
      causes.set(key, told);
      log[told.count === 1 && !isConsequence ? 'warn' : 'debug'](result, { ...fields, ...cause, why });
    },
    finish: () => {
      for (const { count, isConsequence, fields } of causes.values())
        if (count > 1 || isConsequence) log.warn('not done', { ...fields, count });
    },
  };
}
