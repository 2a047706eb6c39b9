import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../../test/support/report-examples.ts';
import { type Check, renderChecks, worstOf } from './checks.ts';
import { noPaint } from './paint.ts';

const checks: readonly Check[] = [
  { name: 'registry', status: 'ok', finding: 'answers, Distribution 2.8' },
  { name: 'delete', status: 'fail', finding: 'deletion is disabled', hint: 'set storage.delete.enabled' },
  { name: 'clock', status: 'warn', finding: '40 s ahead', hint: 'synchronise the clocks' },
];

describe('what doctor found', () => {
  test('is a line a check, the next steps below, and a count', () => {
    expect(textOf(renderChecks(checks, 'table', noPaint))).toBe(`\
STATUS   CHECK      FINDING
ok       registry   answers, Distribution 2.8
fail     delete     deletion is disabled
warn     clock      40 s ahead

- delete: set storage.delete.enabled
- clock: synchronise the clocks

3 checks: 1 ok, 1 to look at, 1 failed.`);
  });

  test('has the word beside the colour', () => {
    expect(textOf(renderChecks(checks, 'table', createColors(true)))).toContain('\u001b[31mfail  \u001b[39m');
  });

  test('is the same for programs in JSON and YAML, with the worst status first', () => {
    const document = JSON.parse(textOf(renderChecks(checks, 'json', noPaint)));

    expect(document).toEqual({ apiVersion: 'winnow/v1', kind: 'DoctorReport', status: 'fail', items: checks });
    expect(parse(textOf(renderChecks(checks, 'yaml', noPaint)))).toEqual(document);
  });

  test('is as bad as the worst check', () => {
    expect(worstOf([])).toBe('ok');
    expect(worstOf(checks.slice(0, 1))).toBe('ok');
    expect(worstOf([checks[0]!, checks[2]!])).toBe('warn');
    expect(worstOf(checks)).toBe('fail');
  });
});
