import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ACTIONS,
  DIGEST,
  HOST,
  manifestAction,
  planHeader,
  tagAction,
  textOf,
} from '../../../test/support/report-examples.ts';
import type { Gap } from '../../evidence/gap.ts';
import type { Action } from '../../plan/action.ts';
import { outputFormats } from '../output-format.ts';
import { noPaint } from '../paint.ts';
import { nextCommand, type PlanToShow } from './plan-to-show.ts';
import { renderPlan } from './render-plan.ts';

const plan: PlanToShow = { header: planHeader(), actions: ACTIONS };
const gap: Gap = {
  scope: `${HOST}/opschain`,
  hides: 'holds',
  source: 'records postgres',
  cause: 'reading row 7: connection lost',
  hint: 'see whether the database runs',
};

function shown(more: Partial<PlanToShow>, format: (typeof outputFormats)[number]): string {
  return textOf(renderPlan({ ...plan, ...more }, format, noPaint));
}

describe('a plan as a table', () => {
  test('shows what would go, what stays and why, and ends with the next step', () => {
    expect(shown({ next: 'winnow reconcile --confirm' }, 'table')).toBe(`\
DRY RUN: nothing was deleted
Plan:      reconcile-20260801t120000z-ab12 (reconcile)
Registry:  registry.example:5000
Cluster:   prod
Records:   file:records.csv
Made:      2026-08-01 12:00:00Z, can be applied until 2026-08-01 13:00:00Z

REPOSITORY        CLASS       FOUND   LIVE   REMOVE   KEEP   FREES
limepoint/agent   unknown         3      0        0      3     0 B
opschain/app      transient      12      9        2     10   3 MiB
TOTAL                            15      9        2     13   3 MiB

KEPT   REASON               MEANING
   9   active-record        an active record owns it
   3   unknown-repository   no class names its repository
   1   no-record            no record is known for it

TARGET                                                    ACTION            REASON            BECAUSE                                FREES
registry.example:5000/opschain/app:v1                     delete-tag        inactive-record   record 1 (archived)                      0 B
registry.example:5000/opschain/app:v2                     delete-tag        inactive-record   record 2 (archived)                      0 B
registry.example:5000/opschain/app@sha256:abababababab…   delete-manifest   unreferenced      only its tags needed it, and they go   3 MiB

Would remove 2 tags and 1 manifest.
About 3 MiB in blobs is then needed by nothing: it is reclaimed when the registry's blobs are collected, not at once.
Next: winnow reconcile --confirm`);
  });

  test('keeps its columns with reasons in wide characters', () => {
    const actions = [
      tagAction(1, 'v1', { because: '记录 7 已归档' }),
      tagAction(2, 'v2', { because: 'record 2 (done)' }),
    ];

    expect(shown({ actions }, 'table').split('\n').slice(18, 20)).toEqual([
      'registry.example:5000/opschain/app:v1   delete-tag   inactive-record   记录 7 已归档       0 B',
      'registry.example:5000/opschain/app:v2   delete-tag   inactive-record   record 2 (done)     0 B',
    ]);
  });

  test('says plainly that nothing goes, and why', () => {
    const header = planHeader({ actionCount: 0, freesBytes: 0 });
    const [summary, next] = shown({ header, actions: [] }, 'table').split('\n').slice(-2);

    expect(summary).toBe(
      'Nothing to do: 0 of 15 tags go: kept by active-record (9), unknown-repository (3), no-record (1).',
    );
    expect(next).toBe('Next: winnow explain REF tells what keeps a tag');
    const scope = { node: { name: 'node-1', runtime: 'cri:///run/containerd/containerd.sock' } };
    expect(nextCommand({ header: { ...header, scope } })).toBe(
      'the same command with --show-kept tells what keeps each container and image',
    );
  });

  test('tells a registry without tags from one whose tags all stay', () => {
    const header = planHeader({ actionCount: 0, freesBytes: 0, repositories: [], keptByReason: {} });

    expect(shown({ header, actions: [] }, 'table')).toContain('\nNothing to do: no tags were found.\n');
  });

  test('shows gaps with their next step', () => {
    expect(shown({ header: planHeader({ gaps: [gap] }) }, 'table')).toContain(`
1 thing could not be seen; what could hang on that was kept:
! registry.example:5000/opschain: who uses it could not be seen (records postgres: reading row 7: connection lost)
    hint: see whether the database runs
`);
  });

  test('says that a broken limit stops it, and does not offer --confirm then', () => {
    const text = shown({ header: planHeader({ broken: ['maxDeletions: 2 tags would go, more than 1'] }) }, 'table');

    expect(text).toContain(`
STOPPED BY 1 LIMIT: this plan can be shown, not applied
! maxDeletions: 2 tags would go, more than 1
`);
    expect(text).not.toContain('--confirm');
  });

  test('shows the first twenty actions and three gaps of a kind, and says how many more there are', () => {
    const actions = Array.from({ length: 23 }, (_, n) => tagAction(n + 1, `v${n + 1}`));
    const gaps = Array.from({ length: 25 }, () => gap);
    const header = planHeader({ actionCount: 23, gaps });

    const text = shown({ header, actions }, 'table');
    const wide = shown({ header, actions }, 'wide');

    expect(text).toContain(':v20 ');
    expect(text).not.toContain(':v21 ');
    expect(text).toContain('… and 3 more (-o wide shows all)');
    expect(text).toContain('… and 22 more like these (-o wide shows all)');
    expect(wide).toContain(':v23 ');
    expect(wide).not.toContain('more (-o wide');
  });

  test('shows kept tags when they are asked for', () => {
    const kept = [{ target: `${HOST}/opschain/app:v9`, reason: 'active-record' as const, because: 'record 9 (live)' }];

    expect(shown({ kept }, 'table')).toContain(`
KEPT                                    REASON          BECAUSE
registry.example:5000/opschain/app:v9   active-record   record 9 (live)
`);
  });

  test('says no more in colour than without', () => {
    const colours = createColors(true);
    const coloured = textOf(renderPlan(plan, 'table', colours));

    expect(coloured).not.toBe(shown({}, 'table'));
    expect(coloured.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(shown({}, 'table'));
  });
});

test('a plan in wide tells where the evidence came from, and digests in full', () => {
  const text = shown({}, 'wide');

  expect(text).toContain(`
EVIDENCE                         OBSERVED               EXISTS   REFERS   HOLDS   RETIRES   GAPS
registry registry.example:5000   2026-08-01 11:59:58Z       30       40       0         0      0
`);
  expect(text).toContain(`app@${DIGEST} `);
});

describe('a plan for programs', () => {
  test('is one object with the header first, then the actions', () => {
    const header = planHeader({ gaps: [gap] });
    const unit = { by: 'digest', unit: 3 } as const;
    const actions = [tagAction(1, 'v1', unit), manifestAction(2, [1])];
    const document = JSON.parse(shown({ header, actions }, 'json'));

    expect(document).toEqual({
      apiVersion: 'winnow/v1',
      kind: 'Plan',
      id: header.id,
      flow: 'reconcile',
      cluster: 'prod',
      registry: HOST,
      registryUrl: `https://${HOST}`,
      madeAt: '2026-08-01T12:00:00.000Z',
      expiresAt: '2026-08-01T13:00:00.000Z',
      records: ['file:records.csv'],
      evidence: [
        {
          source: `registry ${HOST}`,
          observedAt: '2026-08-01T11:59:58.000Z',
          facts: { exists: 30, refers: 40, holds: 0, retires: 0 },
          gaps: 0,
        },
      ],
      gaps: [gap],
      limits: { maxShare: 0.9 },
      broken: [],
      counts: { found: 15, live: 9, removed: 2, kept: 13 },
      repositories: header.repositories,
      keptByReason: { 'no-record': 1, 'unknown-repository': 3, 'active-record': 9 },
      freesBytes: 3_145_728,
      actions: [
        {
          n: 1,
          do: 'delete-tag',
          target: `${HOST}/opschain/app:v1`,
          repository: 'opschain/app',
          tag: 'v1',
          digest: DIGEST,
          reason: 'inactive-record',
          because: 'record 1 (archived)',
          freesBytes: 0,
          by: 'digest',
          unit: 3,
          after: [],
          expects: { digest: DIGEST },
        },
        {
          n: 2,
          do: 'delete-manifest',
          target: `${HOST}/opschain/app@${DIGEST}`,
          repository: 'opschain/app',
          digest: DIGEST,
          reason: 'unreferenced',
          because: 'only its tags needed it, and they go',
          freesBytes: 3_145_728,
          after: [1],
          expects: { untagged: true },
        },
      ],
    });
    expect(Object.keys(document).at(-1)).toBe('actions');
  });

  test('has the kept tags when they are asked for, and only then', () => {
    const kept = [{ target: 'a:b', reason: 'held' as const, because: 'x' }];

    expect(JSON.parse(shown({ kept }, 'json')).kept).toEqual(kept);
    expect(JSON.parse(shown({}, 'json'))).not.toHaveProperty('kept');
  });

  test('is the same in YAML', () => {
    const kept = [{ target: 'a:b', reason: 'held' as const, because: '- "odd": yes #1' }];
    const header = planHeader({ gaps: [gap], broken: ['maxShare: 1 of 2'] });

    expect(parse(shown({ header, kept }, 'yaml'))).toEqual(JSON.parse(shown({ header, kept }, 'json')));
  });
});

test('a plan in Markdown is short, and has totals, repositories, actions and gaps', () => {
  expect(shown({ header: planHeader({ gaps: [gap] }), next: 'winnow reconcile --confirm' }, 'markdown')).toBe(`\
## Winnow reconcile: 2 tags of 15 would go

**Dry run: nothing was deleted.**

Would remove 2 tags and 1 manifest.
About 3 MiB in blobs is then needed by nothing: it is reclaimed when the registry's blobs are collected, not at once.

- Registry \`registry.example:5000\`, cluster \`prod\`
- 15 found, 9 live, 2 to remove, 13 to keep
- Plan \`reconcile-20260801t120000z-ab12\`, can be applied until 2026-08-01 13:00:00Z

| Repository | Class | Found | Live | Remove | Keep | Frees |
|---|---|---:|---:|---:|---:|---:|
| \`opschain/app\` | transient | 12 | 9 | 2 | 10 | 3 MiB |
| \`limepoint/agent\` | unknown | 3 | 0 | 0 | 3 | 0 B |

| Kept | Reason | Meaning |
|---:|---|---|
| 9 | \`active-record\` | an active record owns it |
| 3 | \`unknown-repository\` | no class names its repository |
| 1 | \`no-record\` | no record is known for it |

**1 thing could not be seen; what could hang on that was kept:**

- registry.example:5000/opschain: who uses it could not be seen (records postgres: reading row 7: connection lost) *Hint: see whether the database runs*

| Target | Action | Reason | Because | Frees |
|---|---|---|---|---:|
| \`registry.example:5000/opschain/app:v1\` | delete-tag | inactive-record | record 1 (archived) | 0 B |
| \`registry.example:5000/opschain/app:v2\` | delete-tag | inactive-record | record 2 (archived) | 0 B |
| \`registry.example:5000/opschain/app@${DIGEST}\` | delete-manifest | unreferenced | only its tags needed it, and they go | 3 MiB |

Next: \`winnow reconcile --confirm\``);
});

describe('a plan of a million actions', () => {
  const count = 1_000_000;

  function counting(): { readonly actions: Iterable<Action>; readonly asked: () => number } {
    let asked = 0;
    function* actions(): Generator<Action> {
      for (let n = 1; n <= count; n += 1) {
        asked += 1;
        yield tagAction(n, `v${n}`);
      }
    }
    return { actions: actions(), asked: () => asked };
  }

  /** How many actions had been made at most when one of these lines was written, beyond those that lines had been written of. */
  function furthestAhead(format: 'wide' | 'json' | 'yaml', lines: number): number {
    const { actions, asked } = counting();
    const header = planHeader({ actionCount: count });
    let written = 0;
    let ahead = 0;
    let seen = 0;
    for (const line of renderPlan({ header, actions }, format, noPaint)) {
      if (/opschain\/app:v\d+/.test(line)) written += 1;
      ahead = Math.max(ahead, asked() - written);
      seen += 1;
      if (seen === lines) break;
    }
    expect(written).toBeGreaterThan(lines / 20);
    return ahead;
  }

  test.each([
    ['wide', 200],
    ['json', 3],
    ['yaml', 3],
  ] as const)('streams in %s: at most %i actions are held', (format, most) => {
    expect(furthestAhead(format, 10_000)).toBeLessThanOrEqual(most);
  });

  test.each([
    ['table', 20],
    ['markdown', 50],
  ] as const)('is asked for no more than is shown, in %s', (format, most) => {
    const { actions, asked } = counting();

    const text = textOf(renderPlan({ header: planHeader({ actionCount: count }), actions }, format, noPaint));

    expect(asked()).toBe(most);
    expect(text).toMatch(new RegExp(`… and ${count - most} more`));
  });
});

test.each(outputFormats)('no name from outside reaches a terminal as a command, in %s', (format) => {
  const because = 'record \u001b]0;owned\u0007 \u009b2J';
  const header = planHeader({
    broken: [because],
    records: [because],
    gaps: [{ ...gap, cause: because, hint: because }],
  });
  const text = shown({ header, actions: [tagAction(1, 'v1', { because })] }, format);

  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
