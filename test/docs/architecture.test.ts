import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/markdown.ts';

const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');
const systems = join(ROOT, 'src', 'systems');

function foldersIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** What implementations of one kind share: no implementation itself. */
const shared = ['http-client', 'on-disk', 'objects', 'grpc'];

describe('docs/architecture.md', () => {
  test.each(foldersIn(systems))('names every implementation of the kind %s', (kind) => {
    const row = page.split('\n').find((line) => line.startsWith(`| [${kind}](`)) ?? '';
    const named = [...(row.split(' | ')[2] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    const there = foldersIn(join(systems, kind)).filter((name) => !shared.includes(name));

    expect([...named].sort()).toEqual([...there].sort());
  });

  test('has every room of src in its table of imports', () => {
    const told = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, room]) => room);

    expect(told).toEqual(expect.arrayContaining([...foldersIn(join(ROOT, 'src'))]));
  });
});
