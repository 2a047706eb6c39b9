import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guards } from '../../src/apply/outcome.ts';
import { resourceKinds } from '../../src/evidence/resource.ts';
import { edgeKinds } from '../../src/evidence/sink.ts';
import { reasons } from '../../src/policy/reason.ts';
import { ROOT } from '../support/markdown.ts';

const page = readFileSync(join(ROOT, 'docs', 'dictionary.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
/** Words in the first column. */
const words = new Set(
  rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)),
);

/** Codes are listed in docs/errors.md. */
const isTold = (name: string) => words.has(name) || name.endsWith('ErrorCode');

describe('the dictionary', () => {
  test.each(['oci', 'evidence', 'plan'])('has every type that src/%s exports', (room) => {
    const folder = join(ROOT, 'src', room);
    const types = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/^export (?:type|interface|class) (\w+)/gm),
      ])
      .map(([, name = '']) => name);

    expect(types.length).toBeGreaterThan(5);
    expect(types.filter((name) => !isTold(name))).toEqual([]);
  });

  test('has every reason, guard, kind of resource and kind of edge', () => {
    const all = [...Object.keys(reasons), ...Object.keys(guards), ...resourceKinds, ...edgeKinds];

    expect(all.filter((word) => !words.has(word))).toEqual([]);
  });

  test('has every outcome, of an action and of bringing one back', () => {
    const outcomes = (file: string) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/readonly result: '([\w-]+)'/g)].map(([, word = '']) => word);
    const all = [...outcomes('src/apply/outcome.ts'), ...outcomes('src/apply/undo.ts')];

    expect(all).toEqual(expect.arrayContaining(['done', 'skipped', 'restored', 'impossible']));
    expect(all.filter((word) => !words.has(word))).toEqual([]);
  });

  test('has no kind of resource that is none', () => {
    const section = /### Kinds of resources(.*?)\n## /s.exec(page)?.[1] ?? '';
    const told = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, kind]) => kind);

    expect(told.filter((kind) => kind !== 'ResourceKind').sort()).toEqual([...resourceKinds].sort());
  });

  test('says what each word means', () => {
    const silent = rows.filter((row) => row.split(' | ').some((cell) => cell.replace(/[|\s]/g, '') === ''));

    expect(silent).toEqual([]);
  });
});
