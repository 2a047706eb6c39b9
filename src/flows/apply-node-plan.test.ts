import { beforeEach, describe, expect, test } from 'vitest';
import { failsAfter, type MemoryRuntime, memoryRuntime } from '../../test/support/memory-runtime.ts';
import { applyNode, planNode, undoNode } from '../../test/support/node-rig.ts';
import { textOf } from '../../test/support/report-examples.ts';
import { readRun } from '../apply/run-story.ts';
import { exitCodeOfRun } from '../report/exit-code.ts';
import { noPaint } from '../report/paint.ts';
import { renderRun } from '../report/run/render-run.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { runtimeFailure } from '../systems/runtime/errors.ts';

const hung = runtimeFailure('RUNTIME_TIMED_OUT', 'asking /c.sock for RemoveImage: no answer within 3 s');
const broken = runtimeFailure('RUNTIME_UNREACHABLE', 'asking /c.sock for RemoveImage: connection refused');

let world: MemoryRuntime;
let journal: ReturnType<typeof memoryJournal>;

beforeEach(() => {
  world = memoryRuntime('abcde');
  journal = memoryJournal();
});

/** Plans while all is well, and applies with this fault. */
async function run(fault: MemoryRuntime['fault']) {
  const planned = await planNode(world.runtime);
  world.fault = fault;
  const report = await applyNode(world.runtime, planned, journal);
  return { report, exitCode: exitCodeOfRun(report, planned.plan.header) };
}

const story = async (runId: string) => await readRun(runId, journal.read(runId));

test('a run that nothing goes wrong in has no word of what was left undone', async () => {
  const { report, exitCode } = await run(() => undefined);

  expect(report).toMatchObject({
    tally: { done: 5 },
    disks: { before: [{ usedPercent: 5 }], after: [{ usedPercent: 0 }] },
  });
  expect(report).not.toHaveProperty('unfinished');
  expect(exitCode).toBe(0);
});

describe('a runtime that hangs', () => {
  test('in the middle: what was done is told and journaled, what was not reached failed with the cause, at once', async () => {
    const { report, exitCode } = await run(failsAfter('removeImage', 2, hung));

    expect(report.tally).toMatchObject({ done: 2, failed: 3, skipped: 0 });
    expect(report.causes).toEqual([{ result: 'failed', cause: 'RUNTIME_TIMED_OUT', count: 3 }]);
    expect(world.calls.filter((call) => call === 'removeImage')).toHaveLength(3);
    expect(exitCode).toBe(3);
    expect((await story(report.runId)).tally).toMatchObject({ done: 2, failed: 3 });
    expect((await story(report.runId)).endedAtMs).toBeDefined();
  });

  test('in the middle is not asked to collect any more, and the report says so', async () => {
    const { report } = await run(failsAfter('removeImage', 2, hung));

    expect(world.calls).not.toContain('collect');
    expect(report.unfinished?.map(({ what, code }) => `${what}: ${code}`)).toEqual([
      'having the runtime collect what nothing refers to: RUNTIME_TIMED_OUT',
      'measuring the disks of images: RUNTIME_TIMED_OUT',
    ]);
    const text = textOf(renderRun(report, 'table', noPaint));
    expect(text).toContain('DONE IN PART');
    expect(text).toContain('Removed 2 images');
    expect(text).toContain('Not done: having the runtime collect what nothing refers to (RUNTIME_TIMED_OUT): asking');
    expect(textOf(renderRun(report, 'markdown', noPaint))).toContain('Not done: having the runtime collect');
    expect(JSON.parse(textOf(renderRun(report, 'json', noPaint)))).toMatchObject({
      outcome: 'partial',
      unfinished: [{ code: 'RUNTIME_TIMED_OUT' }, {}],
    });
  });

  test('before anything was done: there is a report all the same, and the command fails', async () => {
    const { report, exitCode } = await run(() => {
      throw hung;
    });

    expect(report.tally).toMatchObject({ done: 0, failed: 5 });
    expect(world.calls).toEqual(['disks', 'disks']); // once to plan, once to be disappointed
    expect(exitCode).toBe(1);
  });

  test('when it is to collect: all that was done is told, and the command ends with 3', async () => {
    const { report, exitCode } = await run(failsAfter('collect', 0, hung));

    expect(report).toMatchObject({ tally: { done: 5, failed: 0 }, disks: { before: [{ usedPercent: 5 }], after: [] } });
    expect(exitCode).toBe(3);
    expect(textOf(renderRun(report, 'table', noPaint))).toMatch(
      /^DONE IN PART: everything in the plan was done, what belongs to it was not\n/,
    );
  });

  test('and answers again: what it removed comes back by undo', async () => {
    const { report } = await run(failsAfter('removeImage', 2, hung));
    world.fault = () => undefined;

    expect(world.images.size).toBe(3);
    await undoNode(world.runtime, report.runId, journal);
    expect(world.images.size).toBe(5);
  });
});

describe('a runtime that breaks', () => {
  test('and comes back is asked for the rest', async () => {
    let seen = 0;
    const { report, exitCode } = await run((call) => {
      if (call === 'removeImage') seen += 1;
      if (call === 'removeImage' && seen === 2) throw broken;
    });

    expect(report).toMatchObject({ tally: { done: 4, failed: 1 }, disks: { after: [{ usedPercent: 1 }] } });
    expect(report).not.toHaveProperty('unfinished');
    expect(exitCode).toBe(3);
  });

  test('for good fails each, and is told', async () => {
    const { report, exitCode } = await run(failsAfter('removeImage', 1, broken));

    expect(report.tally).toMatchObject({ done: 1, failed: 4 });
    expect(report.unfinished?.map(({ code }) => code)).toEqual(['RUNTIME_UNREACHABLE', 'RUNTIME_UNREACHABLE']);
    expect(exitCode).toBe(3);
  });

  test('in measuring its disks alone loses nothing but the measure', async () => {
    const { report, exitCode } = await run((call) => {
      if (call === 'disks') throw runtimeFailure('RUNTIME_FAILED', 'asking /c.sock for ImageFsInfo: no such disk');
    });

    expect(report).toMatchObject({ tally: { done: 5 }, disks: { before: [], after: [] } });
    expect(report.unfinished).toEqual([
      { what: 'measuring the disks of images', code: 'RUNTIME_FAILED', why: expect.stringContaining('no such disk') },
    ]);
    expect(exitCode).toBe(3);
  });
});
