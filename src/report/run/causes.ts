import { guards } from '../../apply/outcome.ts';
import type { RunReport, Undone } from '../../apply/run-report.ts';

/** Actions that were not done for the same reason: one guard, or one error code. */
export interface Cause {
  readonly result: 'skipped' | 'failed';
  /** Name of the guard, or code of the error. */
  readonly cause: string;
  /** What the guard is there for. Errors have none: each tells its own story. */
  readonly meaning: string | undefined;
  readonly undone: readonly Undone[];
}

/** What was not done, by cause, failures first, then the most frequent. The report holds no more than the first thousand. */
export function groupByCause({ undone }: Pick<RunReport, 'undone'>): readonly Cause[] {
  const groups = new Map<string, Cause & { readonly undone: Undone[] }>();
  for (const one of undone) {
    const { outcome } = one;
    if (outcome.result !== 'skipped' && outcome.result !== 'failed') continue;
    const cause = outcome.result === 'skipped' ? outcome.guard : outcome.code;
    const meaning = outcome.result === 'skipped' ? guards[outcome.guard] : undefined;
    const key = `${outcome.result} ${cause}`;
    const group = groups.get(key) ?? { result: outcome.result, cause, meaning, undone: [] };
    group.undone.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => Number(b.result === 'failed') - Number(a.result === 'failed') || b.undone.length - a.undone.length,
  );
}

/** Why one action was not done, in its own words. */
export function whyUndone({ outcome }: Undone): string {
  return 'why' in outcome ? outcome.why : '';
}
