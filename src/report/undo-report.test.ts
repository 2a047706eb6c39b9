import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTIONS, DIGEST, HOST, planHeader, textOf } from '../../test/support/report-examples.ts';
import type { Restored } from '../apply/undo.ts';
import type { Action } from '../plan/action.ts';
import { noPaint } from './paint.ts';
import { renderUndo, type UndoToShow } from './undo-report.ts';

const [v1, v2, manifest] = ACTIONS as [Action, Action, Action];

function undoOf(results: readonly (readonly [Action, Restored | undefined])[]): UndoToShow {
  const counts = { restored: 0, 'already-there': 0, conflict: 0, impossible: 0, failed: 0 };
  for (const [, restored] of results) if (restored !== undefined) counts[restored.result] += 1;
  return {
    runId: 'reconcile-20260801t120000z-ab12',
    story: {
      begin: { header: planHeader(), by: 'ann' },
      removedCount: results.length,
    },
    counts,
    problems: results.flatMap(([action, restored]) =>
      restored === undefined || !('why' in restored) ? [] : [{ action, restored }],
    ),
    stopped: results.some(([, restored]) => restored === undefined),
  };
}

const restored: Restored = { result: 'restored' };
const lost: Restored = { result: 'impossible', why: `the registry no longer has ${DIGEST}` };
const taken: Restored = { result: 'conflict', why: 'v2 points at sha256:cdcd now; it was left alone' };

describe('the report on an undo', () => {
  test('says that everything is back', () => {
    const undo = undoOf([
      [manifest, restored],
      [v2, restored],
      [v1, { result: 'already-there' }],
    ]);

    expect(textOf(renderUndo(undo, 'table', noPaint))).toBe(`\
UNDONE: everything is back.
Run:       reconcile-20260801t120000z-ab12
Registry:  registry.example:5000
Cluster:   prod

2 things restored, 1 already there, 0 in conflict, 0 impossible, 0 failed.
Next: winnow run show reconcile-20260801t120000z-ab12`);
  });

  test('names exactly what could not come back, and why', () => {
    const undo = undoOf([
      [manifest, lost],
      [v2, taken],
      [v1, restored],
    ]);

    expect(textOf(renderUndo(undo, 'table', noPaint))).toBe(`\
UNDONE IN PART: not everything is back.
Run:       reconcile-20260801t120000z-ab12
Registry:  registry.example:5000
Cluster:   prod

NOT BACK                                                                                                     RESULT       WHY
registry.example:5000/opschain/app@${DIGEST}   impossible   the registry no longer has ${DIGEST}
registry.example:5000/opschain/app:v2                                                                        conflict     v2 points at sha256:cdcd now; it was left alone

1 thing restored, 0 already there, 1 in conflict, 1 impossible, 0 failed.
Next: winnow run show reconcile-20260801t120000z-ab12`);
  });

  test('says what a stop left no time for, and that it can be done again', () => {
    const text = textOf(
      renderUndo(
        undoOf([
          [manifest, restored],
          [v2, undefined],
          [v1, undefined],
        ]),
        'table',
        noPaint,
      ),
    );

    expect(text).toMatch(/^STOPPED: not everything was tried\.\n/);
    expect(text).toContain('0 failed, 2 not tried.');
    expect(text).toMatch(/\nDoing it again is harmless: winnow undo reconcile-\S+$/);
  });

  test('says so when there was nothing to undo', () => {
    expect(textOf(renderUndo(undoOf([]), 'table', noPaint))).toMatch(/^NOTHING TO UNDO: the run removed nothing\.\n/);
  });

  test('is the same for programs in JSON and YAML', () => {
    const undo = undoOf([
      [manifest, lost],
      [v1, restored],
    ]);
    const document = JSON.parse(textOf(renderUndo(undo, 'json', noPaint)));

    expect(document).toMatchObject({
      kind: 'UndoReport',
      runId: undo.runId,
      registry: HOST,
      stopped: false,
      counts: { restored: 1, alreadyThere: 0, conflict: 0, impossible: 1, failed: 0, notTried: 0 },
      problems: [{ n: 3, target: `${HOST}/opschain/app@${DIGEST}`, ...lost }],
    });
    expect(parse(textOf(renderUndo(undo, 'yaml', noPaint)))).toEqual(document);
  });

  test('has a Markdown form', () => {
    expect(
      textOf(
        renderUndo(
          undoOf([
            [v2, taken],
            [v1, restored],
          ]),
          'markdown',
          noPaint,
        ),
      ),
    ).toBe(`\
## Winnow undo \`reconcile-20260801t120000z-ab12\`

**UNDONE IN PART: not everything is back.** 1 thing restored, 0 already there, 1 in conflict, 0 impossible, 0 failed.

| Not back | Result | Why |
|---|---|---|
| \`registry.example:5000/opschain/app:v2\` | conflict | v2 points at sha256:cdcd now; it was left alone |

Next: winnow run show reconcile-20260801t120000z-ab12`);
  });
});
