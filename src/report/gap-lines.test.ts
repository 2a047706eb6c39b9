import { describe, expect, test } from 'vitest';
import { HOST } from '../../test/support/report-examples.ts';
import type { Gap } from '../evidence/gap.ts';
import { groupGaps } from './gap-groups.ts';
import { gapLines } from './gap-lines.ts';
import { noPaint } from './paint.ts';

const unread = (tag: string, status = 503): Gap => ({
  scope: `${HOST}/app`,
  hides: 'references',
  source: `registry ${HOST}`,
  cause: `GET /v2/app/manifests/${tag}: ${status} (tried 5 times)`,
  hint: 'look into the log of the registry',
});
const row = (n: number): Gap => ({
  scope: HOST,
  hides: 'holds',
  source: 'orders',
  cause: `row ${n}: the status "x${n}" is in no list`,
});
const lines = (gaps: readonly Gap[], all = false) => [...gapLines(gaps, { all }, noPaint)];

describe('gaps', () => {
  test('of one kind are shown by three, with one hint and the number of the others', () => {
    const gaps = [unread('v1'), row(1), ...[2, 3, 4, 5].map((n) => unread(`v${n}`))];
    const sentence = (gap: Gap) => `${HOST}/app: what it refers to could not be seen (registry ${HOST}: ${gap.cause})`;

    expect(lines(gaps)).toEqual([
      '6 things could not be seen; what could hang on that was kept:',
      ...['v1', 'v2', 'v3'].map((tag) => `! ${sentence(unread(tag))}`),
      '  … and 2 more like these (-o wide shows all)',
      '    hint: look into the log of the registry',
      `! ${HOST}: who uses it could not be seen (orders: ${row(1).cause})`,
    ]);
    expect(lines(gaps, true).filter((line) => line.startsWith('!'))).toHaveLength(6);
    expect(lines(gaps, true).join('\n')).not.toContain('more like these');
  });

  test('of other kinds stand apart: another source, another status, another next step', () => {
    const { hint: _, ...withoutHint } = unread('v1');
    const gaps = [unread('v1'), unread('v2', 401), withoutHint, { ...unread('v1'), source: 'mirror' }, row(1), row(2)];

    expect(groupGaps(gaps).map((group) => group.length)).toEqual([1, 1, 1, 1, 2]);
  });

  test('of more kinds than fit are counted', () => {
    const gaps = Array.from({ length: 25 }, (_, n) => unread('v1', 400 + n));

    expect(lines(gaps).filter((line) => line.startsWith('!'))).toHaveLength(20);
    expect(lines(gaps).at(-1)).toBe('  … and 5 more (-o wide shows all)');
    expect(lines(gaps, true).filter((line) => line.startsWith('!'))).toHaveLength(25);
  });
});
