import { expect, test } from 'vitest';
import { ACTIONS, planHeader } from '../../test/support/report-examples.ts';
import type { Action } from '../plan/action.ts';
import type { Outcome } from './outcome.ts';
import { recordRun } from './run-report.ts';

const [v1, v2] = ACTIONS as readonly [Action, Action];

test('what was gone already was removed, but not set free by this run: in its report as in the list of runs', () => {
  const recorder = recordRun(planHeader());
  const noted: readonly (readonly [Action, Outcome])[] = [
    [{ ...v1, freesBytes: 100 }, { result: 'done' }],
    [{ ...v2, freesBytes: 1000 }, { result: 'already-gone' }],
  ];

  for (const [action, outcome] of noted) recorder.note(action, outcome);

  const { tally, repositories } = recorder.report({ runId: 'a', beganAtMs: 0, endedAtMs: 1, stopped: false });
  expect(tally).toMatchObject({ done: 1, alreadyGone: 1, freedBytes: 100 });
  expect(repositories.reduce((sum, { freedBytes }) => sum + freedBytes, 0)).toBe(100);
  expect(repositories.reduce((sum, { removed }) => sum + removed, 0)).toBe(2);
});
