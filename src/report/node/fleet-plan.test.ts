import { describe, expect, test } from 'vitest';
import { fleetJobs, fleetPlanOf, toldPlan } from '../../../test/support/fleet-plan-examples.ts';
import { textOf } from '../../../test/support/report-examples.ts';
import type { Gap } from '../../evidence/gap.ts';
import type { PlanHeader, PlanScope } from '../../plan/plan.ts';
import { noPaint } from '../paint.ts';
import { fleetPlan } from './fleet-plan.ts';

const scope: PlanScope = { cluster: 'prod', fleet: { name: 'Jobs', jobs: fleetJobs } };
const gap: Gap = { scope: '', hides: 'existence', source: 'node y', cause: 'it has not told its plan: failed' };

function shown(counts: Readonly<Record<string, number>>, more: Partial<PlanHeader> = {}): string {
  const plan = fleetPlanOf(
    Object.entries(counts).map(([node, count]) => toldPlan(node, count)),
    { scope, ...more },
  );
  return textOf(fleetPlan(plan, 'markdown', noPaint));
}

describe('the plan of a fleet in Markdown', () => {
  test('says what goes from which node, what is not known, and what comes next', () => {
    expect(shown({ a: 2, b: 0, c: 1 }, { gaps: [gap] })).toMatchInlineSnapshot(`
      "## Winnow node-gc on all nodes of prod

      **Dry run: nothing was removed.**

      Would remove 3 things on 2 nodes; would free 300 B.
      There is no plan for 1 node.
      1 thing could not be seen.

      | Node | Target | Action | Because | Frees |
      |---|---|---|---|---:|
      | \`a\` | registry.example/old:1 | remove-image | nothing on the node uses it | 100 B |
      | \`a\` | registry.example/old:2 | remove-image | nothing on the node uses it | 100 B |
      | \`c\` | registry.example/old:1 | remove-image | nothing on the node uses it | 100 B |

      Next: the same command with --confirm, or with --plan-out FILE and then: winnow apply FILE --confirm"
    `);
  });

  test('without anything to do says so of all nodes, and has no table', () => {
    expect(shown({ a: 0, b: 0 })).toMatchInlineSnapshot(`
      "## Winnow node-gc on all nodes of prod

      **Dry run: nothing was removed.**

      Nothing to remove on 2 nodes.
      There is no plan for 1 node.

      Next: the same command with --show-kept tells what keeps each container and image"
    `);
  });

  test('beyond a limit names the limit, and how to look closer', () => {
    const lines = shown({ a: 1 }, { broken: ['maxDeletions: 1 of at most 0'] }).split('\n');

    expect(lines).toContain('- maxDeletions: 1 of at most 0');
    expect(lines.at(-1)).toMatch(/^Next: winnow node-gc --all-nodes … -o wide shows every action/);
  });

  test('shows fifty actions of whichever nodes, and counts the others', () => {
    const text = shown({ a: 30, b: 25 });

    expect(text.match(/^\| `[ab]` \|/gm)).toHaveLength(50);
    // Without an empty line before it, it would be a row of the table.
    expect(text).toMatch(/ \|\n\n… and 5 more\n\n/);
  });

  test('keeps foreign words from being markup', () => {
    const { uid, header, actions } = toldPlan('a', 1);
    const foreign = { names: ['evil.example/*a*|b:<img>'], because: '[this](http://x)\n| <b>' };
    const told = { node: 'n`o|de', uid, header, actions: actions.map((action) => ({ ...action, ...foreign })) };
    const plan = fleetPlanOf([told], { scope: { ...scope, cluster: 'prod_<eu>' }, broken: ['<b>all</b> of `a`'] });
    const text = textOf(fleetPlan(plan, 'markdown', noPaint));

    expect(text).toMatchInlineSnapshot(`
      "## Winnow node-gc on all nodes of prod\\_\\<eu\\>

      **Dry run: nothing was removed.**

      Would remove 1 thing on 1 node; would free 100 B.
      There is no plan for 1 node.
      - \\<b\\>all\\</b\\> of \\\`a\\\`

      | Node | Target | Action | Because | Frees |
      |---|---|---|---|---:|
      | \`n'o\\|de\` | evil.example/\\*a\\*\\|b:\\<img\\> | remove-image | \\[this\\](http://x) \\| \\<b\\> | 100 B |

      Next: winnow node-gc --all-nodes … -o wide shows every action; raise the limit only if they are all right"
    `);
  });
});
