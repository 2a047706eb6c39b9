import { beforeEach, describe, expect, test } from 'vitest';
import {
  digestName,
  failsAfter,
  imageId,
  type MemoryRuntime,
  memoryRuntime,
} from '../../test/support/memory-runtime.ts';
import { applyNode, planNode, undoNode } from '../../test/support/node-rig.ts';
import { textOf } from '../../test/support/report-examples.ts';
import { readRun } from '../apply/run-story.ts';
import type { Source } from '../evidence/sink.ts';
import type { Action } from '../plan/action.ts';
import { decodePlan, encodePlan } from '../plan/codec.ts';
import { exitCodeOfRun } from '../report/exit-code.ts';
import { noPaint } from '../report/paint.ts';
import { renderRun } from '../report/run/render-run.ts';
import { renderRunStory } from '../report/run/render-run-story.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { runtimeFailure } from '../systems/runtime/errors.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { PlannedNode } from './node-gc.ts';

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

/** A cluster in which pods name these, or that can't be asked. */
function cluster(names: readonly string[], gapIn?: string): Source {
  return {
    name: 'cluster prod',
    survey: async (sink) => {
      const pod = sink.resource('workload', 'prod/shop', 'Pod/web');
      sink.exists(pod, {});
      sink.holds(pod, 'Pod shop/web (Running)');
      for (const name of names) sink.refers(pod, sink.resource('image-reference', '', name), 'uses');
      if (gapIn !== undefined)
        sink.gap({ scope: gapIn, hides: 'holds', source: 'cluster prod', cause: 'it does not answer' });
    },
  };
}

/** The plan as it is read from its file again. */
async function saved({ plan }: PlannedNode): Promise<Pick<PlannedNode, 'plan'>> {
  async function* lines() {
    for (const line of encodePlan(plan)) yield line.trimEnd();
  }
  const { header, actions } = await decodePlan(lines());
  const all: Action[] = [];
  for await (const action of actions) all.push(action);
  return { plan: { header, actions: all } };
}

const left = () => [...world.images.keys()].map((id) => id.slice(-1)).join('');

const story = async (runId: string) => await readRun(runId, journal.read(runId));

test('a run that nothing goes wrong in has no word of what was left undone', async () => {
  const { report, exitCode } = await run(() => undefined);

  expect(report).toMatchObject({
    tally: { done: 5 },
    disks: { before: [{ usedPercent: 5 }], after: [{ usedPercent: 0 }] },
  });
  expect(report).not.toHaveProperty('unfinished');
  expect((await story(report.runId)).unfinished).toEqual([]);
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

  test('in the middle: whoever looks at the run later is told what was left undone, too', async () => {
    const { report } = await run(failsAfter('removeImage', 2, hung));
    const told = { ...(await story(report.runId)), removed: [] };

    expect(told.unfinished).toEqual(report.unfinished);
    for (const format of ['table', 'markdown'] as const)
      expect(textOf(renderRunStory(report.runId, told, format, noPaint))).toContain(
        'Not done: having the runtime collect what nothing refers to (RUNTIME',
      );
    const shown = JSON.parse(textOf(renderRunStory(report.runId, told, 'json', noPaint)));
    expect(shown.unfinished).toEqual(report.unfinished);
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

test('a runtime that pulls nothing at all has nothing come back, and the reason says what to do', async () => {
  const { report } = await run(() => undefined);
  world.fault = (call) => {
    if (call === 'pull') throw runtimeFailure('RUNTIME_UNSUPPORTED', 'pulling r.example/a: it can not do that');
  };

  const { counts, problems } = await undoNode(world.runtime, report.runId, journal);

  expect(counts).toMatchObject({ restored: 0, impossible: 5, failed: 0 });
  expect(problems[0]?.restored).toMatchObject({
    why: expect.stringMatching(/can not do that; .*cri:\/\/.*ctr images pull/),
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

describe('a saved plan that was made by what clusters name', () => {
  const planned = (uses: Source) =>
    planNode(world.runtime, { more: { uses: [uses], clusters: { clusters: ['kubernetes:?name=prod'] } } });
  const applied = async (uses: Source, plan: PlannedNode) =>
    await applyNode(world.runtime, await saved(plan), journal, { uses: { sources: [uses], maxAgeMs: 60_000 } });

  test('remembers them, first of those who were asked', async () => {
    const { plan } = await planned(cluster(['r.example/a:1']));

    expect(plan.header.clusters).toEqual(['kubernetes:?name=prod']);
    expect(plan.header.evidence.map(({ source }) => source)).toEqual(['cluster prod', 'runtime cri:///memory.sock']);
  });

  test('leaves an image that a workload has begun to name since', async () => {
    const plan = await planned(cluster(['r.example/a:1']));
    const { tally, undone } = await applied(cluster(['r.example/a:1', 'r.example/b:1', digestName('c')]), plan);

    expect(tally).toMatchObject({ done: 2, skipped: 2 });
    expect(undone.map(({ outcome }) => outcome.why)).toEqual([
      'Pod shop/web (Running) uses r.example/b:1',
      `Pod shop/web (Running) uses ${digestName('c')}`,
    ]);
    expect(left()).toBe('abc');
  });

  test('removes no image once a cluster does not answer any more, and ends with 5', async () => {
    const plan = await planned(cluster([]));
    const report = await applied(cluster([], ''), plan);

    expect(report.causes).toEqual([{ result: 'skipped', cause: 'evidence-stale', count: 5 }]);
    expect(exitCodeOfRun(report, plan.plan.header)).toBe(5);
    expect(left()).toBe('abcde');
  });

  test('begins nothing when a cluster refuses to be read', async () => {
    const plan = await planned(cluster([]));
    const refusing = { name: 'cluster prod', survey: () => Promise.reject(new CodedError('CLUSTER_FORBIDDEN', 'no')) };

    await expect(applied(refusing, plan)).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    expect(await journal.runs()).toEqual([]);
    expect(left()).toBe('abcde');
  });
});

test('images of a registry of which a cluster tells nothing stay when the plan is made', async () => {
  const { plan } = await planNode(world.runtime, { more: { uses: [cluster([], 'r.example/b')] } });

  expect([...plan.actions].map(({ target }) => target.key)).toEqual(['a', 'c', 'd', 'e'].map(imageId));
  expect(plan.header.keptByReason).toEqual({ 'evidence-gap': 1 });
});

describe('a saved plan of which images must be there to be pulled again', () => {
  const has = (letters: string) => async (name: string) => ({
    has: [...letters].some((letter) => name === digestName(letter)),
    why: 'r.example does not have it any more',
  });

  test('asks for each once more, and leaves what was lost meanwhile', async () => {
    const plan = await planNode(world.runtime, { more: { canBePulled: has('abcd') } });
    const { tally, undone } = await applyNode(world.runtime, await saved(plan), journal, { canBePulled: has('ab') });

    expect([plan.plan.header.actionCount, tally.done, tally.skipped]).toEqual([4, 2, 2]);
    expect(undone.map(({ outcome }) => outcome)).toEqual(
      ['c', 'd'].map((letter) => ({
        ...{ result: 'skipped', guard: 'not-repullable' },
        why: `${digestName(letter)}: r.example does not have it any more`,
      })),
    );
    expect(left()).toBe('cde');
  });

  test('and one that does not ask for it asks nobody', async () => {
    const { tally } = await applyNode(world.runtime, await saved(await planNode(world.runtime)), journal, {
      canBePulled: has(''),
    });

    expect(tally.done).toBe(5);
  });
});
