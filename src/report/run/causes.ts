import { type GuardName, guards } from '../../apply/outcome.ts';
import { causeOf, type RunReport, type Undone, type UndoneCause } from '../../apply/run-report.ts';

/** How many of what was not done for one reason stand in a report, where not all do. */
export const SHOWN_OF_A_CAUSE = 3;

/** Actions that were not done for the same reason: one guard, or one error code. */
export interface Cause extends UndoneCause {
  /** What the guard is there for. Errors have none: each tells its own story. */
  readonly meaning: string | undefined;
  /** In words, where it is the same for all; then it is said once. */
  readonly why: string | undefined;
  /** As far as the report holds them. */
  readonly undone: readonly Undone[];
}

/** What was not done, by cause, failures first, then the most frequent. */
export function groupByCause({ undone, causes }: Pick<RunReport, 'undone' | 'causes'>): readonly Cause[] {
  return causes
    .map((one) => {
      const own = undone.filter((other) => other.outcome.result === one.result && causeOf(other) === one.cause);
      const meaning = one.result === 'skipped' ? guards[one.cause as GuardName] : undefined;
      return { ...one, meaning, why: sameWhy(own), undone: own };
    })
    .sort((a, b) => Number(b.result === 'failed') - Number(a.result === 'failed') || b.count - a.count);
}

function sameWhy(undone: readonly Undone[]): string | undefined {
  const [first, ...others] = undone;
  if (first === undefined || others.length === 0) return undefined;
  const { why } = first.outcome;
  return others.every(({ outcome }) => outcome.why === why) ? why : undefined;
}
