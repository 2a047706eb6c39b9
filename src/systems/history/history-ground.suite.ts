import type { History, NewPlanRow, RunRecord } from './contract.ts';

/** A test with an empty history, which is closed behind it. */
export type WithHistory = (work: (history: History) => Promise<void>) => () => Promise<void>;

/** The largest number that all of JavaScript, JSON and the databases have alike. */
export const LARGEST = Number.MAX_SAFE_INTEGER;

export const runOf = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  schedule: 'nightly',
  flow: 'prune',
  trigger: 'schedule',
  dueAtMs: 1000,
  state: 'planning',
  ...more,
});

export const rowOf = (n: number, more: Partial<NewPlanRow> = {}): NewPlanRow => ({
  n,
  verb: 'delete-tag',
  group: 'team/app',
  target: `registry.example/team/app:v${n}`,
  reasonCode: 'retired',
  reason: 'retired by its owner',
  freesBytes: 10,
  line: `{"n":${n}}`,
  ...more,
});

export async function linesOf(history: History, runId: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of history.planLines(runId)) lines.push(line);
  return lines;
}
