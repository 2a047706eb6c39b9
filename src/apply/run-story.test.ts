import { describe, expect, test } from 'vitest';
import { DONE, NOON_MS, planHeader, tagAction } from '../../test/support/report-examples.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import { beginLine, endLine, intendLine, outcomeLine } from './journal-entry.ts';
import { noTally, type Outcome } from './outcome.ts';
import { type RemovedThing, readBegin, readRun } from './run-story.ts';

const begin = beginLine(NOON_MS, { header: planHeader(), by: 'ann' });
const moved: Outcome = { result: 'skipped', guard: 'target-changed', why: 'it moved' };

async function* linesOf(lines: Iterable<JournalLine>): AsyncGenerator<JournalLine> {
  yield* lines;
}

describe('the story of a run', () => {
  test('counts what was done, and tells what was removed or may have been', async () => {
    const [v1, v2, v3] = [1, 2, 3].map((n) => tagAction(n, `v${n}`, { freesBytes: 10 ** n }));
    const removed: RemovedThing[] = [];
    const story = await readRun(
      'r',
      linesOf([
        begin,
        intendLine(0, { action: v1!, saved: {} }),
        intendLine(0, { action: v2!, saved: {} }),
        intendLine(0, { action: v3!, saved: {} }),
        outcomeLine(0, { n: 2, outcome: moved }),
        outcomeLine(0, { n: 1, outcome: DONE }),
        outcomeLine(0, { n: 4, outcome: { result: 'already-gone' } }),
      ]),
      (one) => removed.push(one),
    );

    expect(removed).toEqual([
      { action: v1, outcome: DONE },
      { action: v3, outcome: undefined },
    ]);
    expect(story).toMatchObject({ beganAtMs: NOON_MS, removedCount: 2, endedAtMs: undefined, undoneAtMs: undefined });
    expect(story.tally).toEqual({ ...noTally, done: 1, alreadyGone: 1, skipped: 1, freedBytes: 10 });
  });

  test('has a beginning, which can be read alone', async () => {
    async function* endless(): AsyncGenerator<JournalLine> {
      for (;;) yield begin;
    }
    const headless = [endLine(NOON_MS, { tally: noTally, stopped: false })];

    expect(await readBegin('r', endless())).toEqual({ begin: begin.data, beganAtMs: NOON_MS });
    await expect(readBegin('r', linesOf(headless))).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    await expect(readRun('r', linesOf(headless))).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    await expect(readBegin('r', linesOf([]))).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });
});
