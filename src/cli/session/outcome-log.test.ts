import { describe, expect, test } from 'vitest';
import { DONE, tagAction } from '../../../test/support/report-examples.ts';
import type { Outcome } from '../../flows/apply-registry-plan.ts';
import { openLog } from '../log.ts';
import { outcomeLog } from './outcome-log.ts';

const skipped = (guard: 'stopped' | 'keeper-stayed' | 'evidence-stale' | 'target-changed'): Outcome => ({
  result: 'skipped',
  guard,
  why: 'because',
});
const failed: Outcome = { result: 'failed', code: 'REGISTRY_UNAVAILABLE', why: 'DELETE …: 503' };

function logged(level: 'info' | 'debug', outcomes: readonly Outcome[]): readonly Record<string, unknown>[] {
  const said: string[] = [];
  const log = outcomeLog(
    openLog(
      { level, format: 'json' },
      () => 0,
      (line) => said.push(line),
    ),
    'run-1',
  );
  for (const [n, outcome] of outcomes.entries()) log.note(tagAction(n + 1, `v${n + 1}`), outcome);
  log.finish();
  return said.map((line) => JSON.parse(line));
}

const short = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ level, msg, target, guard, error_code: code, count }) =>
    [level, msg, String(target ?? '').replace(/.*:/, ''), guard ?? code ?? '', count ?? ''].join(' ').trimEnd(),
  );

describe('the log of a run', () => {
  test('has a line for each action that was done', () => {
    expect(short(logged('info', [DONE, { result: 'already-gone' }]))).toEqual([
      'info removed v1',
      'info already gone v2',
    ]);
  });

  test('warns of each cause once, and counts it at the end', () => {
    const outcomes = [
      skipped('evidence-stale'),
      failed,
      skipped('evidence-stale'),
      failed,
      failed,
      skipped('target-changed'),
    ];

    expect(short(logged('info', outcomes))).toEqual([
      'warn skipped v1 evidence-stale',
      'warn failed v2 REGISTRY_UNAVAILABLE',
      'warn skipped v6 target-changed',
      'warn not done  evidence-stale 2',
      'warn not done  REGISTRY_UNAVAILABLE 3',
    ]);
    expect(short(logged('debug', outcomes))).toContain('debug failed v5 REGISTRY_UNAVAILABLE');
  });

  test('says what only follows from something else to those who debug, and its number to all', () => {
    const outcomes = [skipped('keeper-stayed'), skipped('stopped'), skipped('stopped')];

    expect(short(logged('info', outcomes))).toEqual(['warn not done  keeper-stayed 1', 'warn not done  stopped 2']);
    expect(short(logged('debug', outcomes))).toEqual([
      'debug skipped v1 keeper-stayed',
      'debug skipped v2 stopped',
      'debug skipped v3 stopped',
      'warn not done  keeper-stayed 1',
      'warn not done  stopped 2',
    ]);
  });
});
