import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ACTIONS,
  DIGEST,
  DONE,
  HOST,
  planHeader,
  runReport,
  tagAction,
  textOf,
} from '../../../test/support/report-examples.ts';
import type { Outcome } from '../../apply/outcome.ts';
import type { RunReport } from '../../apply/run-report.ts';
import type { Action } from '../../plan/action.ts';
import { noPaint } from '../paint.ts';
import { renderRun } from './render-run.ts';
import { runOutcome } from './run-outcome.ts';

const [v1, v2, manifest] = ACTIONS as [Action, Action, Action];
const moved = { result: 'skipped', guard: 'target-changed', why: 'it points at sha256:cdcd now' } as const;
const bound: Outcome = { result: 'skipped', guard: 'keeper-stayed', why: 'v2 was not removed' };
const broken: Outcome = { result: 'failed', code: 'REGISTRY_UNAVAILABLE', why: 'DELETE …: 503 (tried 5 times)' };

function table(report: RunReport, format: 'table' | 'wide' = 'table'): string {
  return textOf(renderRun(report, format, noPaint));
}

const movedTo = (n: number): Outcome => ({ ...moved, why: `it points at ${n} now` });

/** More than a report holds of one cause, and a few of others behind them. */
function crowdedReport(): RunReport {
  const many = Array.from({ length: 1200 }, (_, n) => [tagAction(n + 1, `v${n + 1}`), movedTo(n)] as const);
  const few = [manifest, manifest].map((one) => [one, bound] as const);
  return runReport([...many, ...few, [tagAction(1203, 'last'), broken]]);
}

describe('the report on a run', () => {
  test('tells what went, what did not and why, and how to take it back', () => {
    const report = runReport([
      [v1, DONE],
      [v2, moved],
      [manifest, bound],
    ]);

    expect(table(report)).toBe(`\
DONE IN PART: some of the plan was not done
Run:       reconcile-20260801t120000z-ab12 (reconcile)
Registry:  registry.example:5000
Cluster:   prod
Took:      1m30s, from 2026-08-01 12:00:00Z

REPOSITORY        FOUND   LIVE   REMOVED   FREED
limepoint/agent       3      0         0     0 B
opschain/app         12      9         1     0 B
TOTAL                15      9         1     0 B

NOT DONE: 2 actions
skipped (target-changed): 1 action: the target is no longer what the plan saw
  registry.example:5000/opschain/app:v2: it points at sha256:cdcd now
skipped (keeper-stayed): 1 action: something that keeps the target was not removed, so the target stays
  registry.example:5000/opschain/app@${DIGEST}: v2 was not removed

1 action done, 0 already gone, 2 skipped, 0 failed.
To take it back: winnow undo reconcile-20260801t120000z-ab12`);
  });

  test('is honest about the bytes when all was done', () => {
    const text = table(runReport(ACTIONS.map((action) => [action, DONE])));

    expect(text).toMatch(/^DONE: everything in the plan was done\n/);
    expect(text).toContain(`
3 actions done, 0 already gone, 0 skipped, 0 failed.
About 3 MiB in blobs is now needed by nothing: it is reclaimed when the registry's blobs are collected, not at once.
To take it back: winnow undo`);
    expect(text).not.toContain('NOT DONE');
  });

  test('groups what was not done by its cause, failures first, and shows three of each', () => {
    const many = Array.from({ length: 12 }, (_, n) => [tagAction(n + 1, `v${n + 1}`), movedTo(n)] as const);
    const text = table(runReport([...many, [tagAction(13, 'v13'), broken]]));

    expect(text).toContain(`
NOT DONE: 13 actions
failed (REGISTRY_UNAVAILABLE): 1 action
  registry.example:5000/opschain/app:v13: DELETE …: 503 (tried 5 times)
skipped (target-changed): 12 actions: the target is no longer what the plan saw
`);
    expect(text).toContain('app:v3: it points at 2 now');
    expect(text).not.toContain('app:v4:');
    expect(text).toContain('  … and 9 more (-o wide shows all)');
    expect(table(runReport(many), 'wide')).toContain('app:v12:');
    expect(textOf(renderRun(runReport(many), 'markdown', noPaint))).toContain(
      'app:v3`: it points at 2 now\n  - … and 9 more\n',
    );
  });

  test('says once what is the same for all of a cause', () => {
    const lost: Outcome = { result: 'skipped', guard: 'evidence-stale', why: 'orders: the connection was *lost*' };
    const report = runReport(Array.from({ length: 5 }, (_, n) => [tagAction(n + 1, `v${n + 1}`), lost]));

    expect(table(report)).toContain(`
skipped (evidence-stale): 5 actions: the records, a cluster or what the registry told could not be read again
  because: orders: the connection was *lost*
  registry.example:5000/opschain/app:v1
  registry.example:5000/opschain/app:v2
  registry.example:5000/opschain/app:v3
  … and 2 more (-o wide shows all)
`);
    expect(textOf(renderRun(report, 'markdown', noPaint))).toContain(`
- skipped (\`evidence-stale\`): 5 actions: the records, a cluster or what the registry told could not be read again: orders: the connection was \\*lost\\*
  - \`registry.example:5000/opschain/app:v1\`
`);
  });

  test('says how many were not done even when it does not hold them all', () => {
    const report = crowdedReport();
    const text = table(report);

    expect(text).toContain('NOT DONE: 1203 actions');
    expect(text).toContain('skipped (target-changed): 1200 actions: ');
    expect(text).toContain('  … and 1197 more (-o wide shows 1000)');
    expect(table(report, 'wide')).toContain('… and 200 more; the journal of the run has them all');
    expect(JSON.parse(textOf(renderRun(report, 'json', noPaint))).causes).toEqual([
      { result: 'skipped', cause: 'target-changed', count: 1200 },
      { result: 'skipped', cause: 'keeper-stayed', count: 2 },
      { result: 'failed', cause: 'REGISTRY_UNAVAILABLE', count: 1 },
    ]);
  });

  test('holds the rare cause also behind a thousand of a frequent one', () => {
    expect(table(crowdedReport())).toContain('app:last: DELETE …: 503 (tried 5 times)');
  });

  test('offers no undo where nothing was touched, but does after failures, which may have happened all the same', () => {
    expect(table(runReport([[v1, moved]]))).toMatch(/\nNothing to take back\. Next: winnow run show reconcile-\S+$/);
    expect(table(runReport([[v1, broken]]))).toMatch(/\nTo take it back: winnow undo reconcile-\S+$/);
  });

  test('says so when the run was stopped', () => {
    const stopped: Outcome = { result: 'skipped', guard: 'stopped', why: 'the run was stopped' };

    expect(
      table(
        runReport(
          [
            [v1, DONE],
            [v2, stopped],
          ],
          { stopped: true },
        ),
      ),
    ).toMatch(/^STOPPED: /);
  });

  test('is the same for programs in JSON and YAML', () => {
    const report = runReport([
      [v1, DONE],
      [v2, broken],
      [manifest, bound],
    ]);
    const document = JSON.parse(textOf(renderRun(report, 'json', noPaint)));

    expect(document).toMatchObject({
      apiVersion: 'winnow/v1',
      kind: 'RunReport',
      runId: report.runId,
      flow: 'reconcile',
      cluster: 'prod',
      registry: HOST,
      beganAt: '2026-08-01T12:00:00.000Z',
      endedAt: '2026-08-01T12:01:30.000Z',
      durationMs: 90_000,
      outcome: 'partial',
      counts: { done: 1, alreadyGone: 0, skipped: 1, failed: 1 },
      totals: { found: 15, live: 9, removed: 1 },
      freedBytes: 0,
      undone: [
        {
          n: 2,
          target: `${HOST}/opschain/app:v2`,
          repository: 'opschain/app',
          tag: 'v2',
          digest: DIGEST,
          reason: 'inactive-record',
          ...broken,
        },
        { n: 3, target: `${HOST}/opschain/app@${DIGEST}`, ...bound },
      ],
    });
    expect(parse(textOf(renderRun(report, 'yaml', noPaint)))).toEqual(document);
  });

  test('has a form for merge requests', () => {
    const report = runReport([
      [v1, DONE],
      [v2, { result: 'skipped', guard: 'record-changed', why: 'record 2 (*active*) owns it now' }],
    ]);

    expect(textOf(renderRun(report, 'markdown', noPaint))).toBe(`\
## Winnow reconcile: 1 tag of 15 removed

**DONE IN PART: some of the plan was not done.** 1 action done, 0 already gone, 1 skipped, 0 failed.

- Registry \`registry.example:5000\`, cluster \`prod\`
- Run \`reconcile-20260801t120000z-ab12\`, 1m30s from 2026-08-01 12:00:00Z

| Repository | Found | Live | Removed | Freed |
|---|---:|---:|---:|---:|
| \`opschain/app\` | 12 | 9 | 1 | 0 B |
| \`limepoint/agent\` | 3 | 0 | 0 | 0 B |

**Not done: 1 action**

- skipped (\`record-changed\`): 1 action: the records no longer say what the plan was made from
  - \`registry.example:5000/opschain/app:v2\`: record 2 (\\*active\\*) owns it now

To take it back: winnow undo reconcile-20260801t120000z-ab12`);
  });
});

test.each([
  ['success', [DONE]],
  ['success', [DONE, { result: 'already-gone' }]],
  ['partial', [DONE, moved]],
  ['partial', [{ result: 'already-gone' }, broken]],
  ['failed', [broken]],
  ['failed', [broken, moved]],
  ['refused', [moved, bound]],
  ['noop', []],
] as const)('%s is the word for %j', (word, outcomes) => {
  const report = runReport(outcomes.map((outcome, n) => [tagAction(n + 1, `v${n + 1}`), outcome]));

  expect(runOutcome(report)).toBe(word);
});

test('a run of an empty plan has nothing to do, and says so', () => {
  expect(table(runReport([], { header: planHeader({ actionCount: 0, repositories: [] }) }))).toBe(`\
NOTHING TO DO: the plan was empty
Run:       reconcile-20260801t120000z-ab12 (reconcile)
Registry:  registry.example:5000
Cluster:   prod
Took:      1m30s, from 2026-08-01 12:00:00Z

0 actions done, 0 already gone, 0 skipped, 0 failed.
Nothing to take back. Next: winnow run show reconcile-20260801t120000z-ab12`);
});
