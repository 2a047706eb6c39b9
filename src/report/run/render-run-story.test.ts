import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ACTIONS,
  DIGEST,
  DONE,
  NOON_MS,
  planHeader,
  tagAction,
  textOf,
} from '../../../test/support/report-examples.ts';
import { beginLine, endLine, intendLine, outcomeLine } from '../../apply/journal-entry.ts';
import { noTally, type Outcome } from '../../apply/outcome.ts';
import { type RemovedThing, readRun } from '../../apply/run-story.ts';
import type { Action } from '../../plan/action.ts';
import { renderRuns } from '../lists/runs.ts';
import { noPaint } from '../paint.ts';
import { renderRunStory, type WholeStory } from './render-run-story.ts';
import { summarizeRun } from './run-summary.ts';

const RUN = 'reconcile-20260801t120000z-ab12';
const [v1, v2, manifest] = ACTIONS as [Action, Action, Action];
const moved: Outcome = { result: 'skipped', guard: 'target-changed', why: 'it moved' };

/** The story as it comes out of a journal. An action without an outcome was under way when the run was cut short. */
async function storyOf(ended: readonly (readonly [Action, Outcome | undefined])[], isCut = false): Promise<WholeStory> {
  async function* lines() {
    yield beginLine(NOON_MS, { header: planHeader(), by: 'ann@host (12)' });
    for (const [action, outcome] of ended) {
      if (outcome?.result !== 'skipped') yield intendLine(NOON_MS, { action, saved: {} });
      if (outcome !== undefined) yield outcomeLine(NOON_MS, { n: action.n, outcome });
    }
    if (!isCut) yield endLine(NOON_MS + 5000, { tally: noTally, stopped: false });
  }
  const removed: RemovedThing[] = [];
  return { ...(await readRun(RUN, lines(), (one) => removed.push(one))), removed };
}

describe('a past run', () => {
  test('is told by its journal: what it removed, by whom, and how to take it back', async () => {
    const story = await storyOf([
      [v1, DONE],
      [v2, moved],
      [manifest, DONE],
    ]);

    expect(textOf(renderRunStory(RUN, story, 'table', noPaint))).toBe(`\
Run:       reconcile-20260801t120000z-ab12 (reconcile)
Registry:  registry.example:5000
Cluster:   prod
By:        ann@host (12)
Began:     2026-08-01 12:00:00Z, took 5s
Status:    ended
Planned:   3 actions
Outcome:   2 actions done, 0 already gone, 1 skipped, 0 failed; 3 MiB freed for the collection of blobs

TARGET                                                                                                       ACTION            OUTCOME   REASON            BECAUSE                                FREED
registry.example:5000/opschain/app:v1                                                                        delete-tag        done      inactive-record   record 1 (archived)                      0 B
registry.example:5000/opschain/app@${DIGEST}   delete-manifest   done      unreferenced      only its tags needed it, and they go   3 MiB

To take it back: winnow undo reconcile-20260801t120000z-ab12`);
  });

  test('that was cut short says so, and shows what may have happened', async () => {
    const story = await storyOf(
      [
        [v1, DONE],
        [v2, undefined],
      ],
      true,
    );
    const text = textOf(renderRunStory(RUN, story, 'table', noPaint));

    expect(text).toContain('Status:    cut short: it did not come to its own end, or has not yet');
    expect(text).toMatch(/app:v2 +delete-tag +unknown /);
  });

  test('shows twenty of what it removed, all of it in wide', async () => {
    const story = await storyOf(Array.from({ length: 22 }, (_, n) => [tagAction(n + 1, `v${n + 1}`), DONE]));

    expect(textOf(renderRunStory(RUN, story, 'table', noPaint))).toContain('… and 2 more (-o wide shows all)');
    expect(textOf(renderRunStory(RUN, story, 'wide', noPaint))).toContain('app:v22 ');
  });

  test('is the same for programs in JSON and YAML, and has a Markdown form', async () => {
    const story = await storyOf(
      [
        [v1, DONE],
        [v2, undefined],
      ],
      true,
    );
    const document = JSON.parse(textOf(renderRunStory(RUN, story, 'json', noPaint)));

    expect(document).toMatchObject({
      kind: 'Run',
      runId: RUN,
      status: 'cut short',
      planned: 3,
      by: 'ann@host (12)',
      cluster: 'prod',
      beganAt: '2026-08-01T12:00:00.000Z',
      counts: { done: 1, alreadyGone: 0, skipped: 0, failed: 0 },
      removed: [
        { n: 1, tag: 'v1', outcome: { result: 'done' } },
        { n: 2, tag: 'v2', outcome: null },
      ],
    });
    expect(document).not.toHaveProperty('endedAt');
    expect(parse(textOf(renderRunStory(RUN, story, 'yaml', noPaint)))).toEqual(document);
    expect(textOf(renderRunStory(RUN, story, 'markdown', noPaint))).toContain(
      '| registry.example:5000/opschain/app:v1 |',
    );
  });

  test('that removed nothing has nothing to take back', async () => {
    const text = textOf(renderRunStory(RUN, await storyOf([[v1, moved]]), 'table', noPaint));

    expect(text).toMatch(/\nIt removed nothing: there is nothing to take back\.$/);
    expect(text).not.toContain('TARGET');
  });
});

describe('the list of runs', () => {
  test('has a line for each, also for one that was cut short', async () => {
    const whole = summarizeRun(
      RUN,
      await storyOf([
        [v1, DONE],
        [v2, moved],
        [manifest, DONE],
      ]),
    );
    const cut = summarizeRun('reconcile-20260802t000000z-cd34', await storyOf([[v1, undefined]], true));

    expect(textOf(renderRuns([cut, whole], 'table', noPaint))).toBe(`\
RUN                               FLOW        REGISTRY                BEGAN                  TOOK   STATUS      PLANNED   DONE   SKIPPED   FAILED   FREED
reconcile-20260802t000000z-cd34   reconcile   registry.example:5000   2026-08-01 12:00:00Z      -   cut short         3      0         0        0     0 B
reconcile-20260801t120000z-ab12   reconcile   registry.example:5000   2026-08-01 12:00:00Z     5s   ended             3      2         1        0   3 MiB`);
    expect(JSON.parse(textOf(renderRuns([whole], 'json', noPaint))).items).toMatchObject([
      { runId: RUN, status: 'ended', endedAt: '2026-08-01T12:00:05.000Z', freedBytes: 3_145_728 },
    ]);
  });

  test('says so when there are none', () => {
    expect(textOf(renderRuns([], 'table', noPaint))).toMatch(/^No runs yet\./);
    expect(JSON.parse(textOf(renderRuns([], 'json', noPaint)))).toEqual({
      apiVersion: 'winnow/v1',
      kind: 'RunList',
      items: [],
    });
  });
});
