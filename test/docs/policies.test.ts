import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkSettings } from '../../src/config/check.ts';
import { settingsShape } from '../../src/config/shape.ts';
import { fencesOf, ROOT } from '../support/markdown.ts';

const page = readFileSync(join(ROOT, 'docs', 'policies.md'), 'utf8');
const policy = settingsShape().properties?.['prune']?.properties?.['policies']?.items?.properties ?? {};
/** Words in the first column of all tables. */
const told = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`(\w+)/g)].map(([, word = '']) => word),
);

describe('docs/policies.md', () => {
  test('has examples that are settings without a fault', () => {
    const examples = fencesOf(page).filter(({ language }) => language === 'yaml');

    expect(examples.length).toBeGreaterThan(1);
    for (const { text, line } of examples)
      expect([line, checkSettings(text, 'policies.md')]).toEqual([line, { problems: [], warnings: [] }]);
  });

  test('has rules that can be written so', () => {
    const cells = [...page.matchAll(/^\| `((?:keep|delete|untagged)\w+: [^`…]+)` \|/gm)].map(([, rule = '']) => rule);

    expect(cells.length).toBeGreaterThan(9);
    const lines = cells.map((rule) => `      ${rule}`).join('\n');
    const text = `prune:\n  policies:\n    - name: all\n      repositories: ['**']\n${lines}\n`;
    expect(checkSettings(text, 'policies.md')).toEqual({ problems: [], warnings: [] });
  });

  test('tells every rule and every condition', () => {
    const rules = Object.keys(policy).filter((key) => key !== 'name' && key !== 'repositories');
    const conditions = Object.keys(policy['keep']?.items?.properties ?? {});

    expect(conditions.length).toBeGreaterThan(12);
    expect([...rules, ...conditions].filter((word) => !told.includes(word))).toEqual([]);
  });
});
