import { describe, expect, test } from 'vitest';
import { nodeAction, nodeHeader } from '../../../test/support/node-plan-examples.ts';
import { textOf } from '../../../test/support/report-examples.ts';
import type { NodeCounts } from '../../plan/node-counts.ts';
import { noPaint } from '../paint.ts';
import { nodePlan } from './node-plan.ts';

function shown(count: number): string {
  const header = nodeHeader('a', count);
  const actions = Array.from({ length: count }, (_, n) => nodeAction(n + 1));
  return textOf(nodePlan({ header, actions, node: header.node as NodeCounts }, 'markdown', noPaint));
}

describe('the plan of a node in Markdown', () => {
  test('shows fifty actions, and counts the others below the table', () => {
    const text = shown(53);

    expect(text.match(/^\| registry\.example\/old:\d+ \|/gm)).toHaveLength(50);
    // Without an empty line before it, it would be a row of the table.
    expect(text).toMatch(/ \|\n\n… and 3 more\n\n/);
  });

  test('counts nothing where all are shown', () => {
    expect(shown(50)).not.toContain('more');
  });
});
