import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, linksOf, markdownPages, ROOT } from '../support/markdown.ts';

const pages = markdownPages();

describe('links in the documentation', () => {
  test('lead to files and headings that are there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      linksOf(text)
        .filter(({ target }) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
        .map(({ target, line }) => `${path}:${line}: ${target}`),
    );

    expect(broken).toEqual([]);
  });

  test('to specifications and code of others are pinned to a version', () => {
    const loose = pages.flatMap(({ path, text }) =>
      linksOf(text)
        .filter(({ target }) => /\/blob\/(main|master|HEAD|release-[^/]+)\//.test(target))
        .map(({ target, line }) => `${path}:${line}: ${target}`),
    );

    expect(loose).toEqual([]);
  });

  test('lead from the README to every page of docs', () => {
    const reached = new Set<string>();
    const open = ['README.md'];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (reached.has(path) || !existsSync(join(ROOT, path))) continue;
      reached.add(path);
      for (const { target } of linksOf(readFileSync(join(ROOT, path), 'utf8'))) {
        const [file = ''] = target.split('#');
        const next = normalize(join(dirname(path), file));
        if (file.endsWith('.md') && !/^[a-z]+:/.test(target)) open.push(next);
      }
    }
    const all = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

    expect(all.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('the pages', () => {
  // Docker Hub is named: it is what names without a host mean almost everywhere.
  test('name no folder of a machine and no real registry', () => {
    const foreign = /\/work\/|\/home\/|\/root\/|\b(quay|ghcr|gcr)\.io\b|registry\.npmjs\.org/;
    const found = pages.flatMap(({ path, text }) => {
      const match = foreign.exec(text);
      return match === null ? [] : [`${path}: ${match[0]}`];
    });

    expect(found).toEqual([]);
  });

  test('of decisions all stand in their index, in order', () => {
    const folder = join(ROOT, 'docs', 'decisions');
    const files = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
    const listed = linksOf(readFileSync(join(folder, 'README.md'), 'utf8')).map(({ target }) => target);

    expect(listed).toEqual(files.sort());
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? join(ROOT, from) : join(ROOT, dirname(from), decodeURIComponent(file));
  if (!existsSync(path)) return false;
  if (anchor === undefined || statSync(path).isDirectory()) return anchor === undefined;
  return path.endsWith('.md') ? anchorsOf(readFileSync(path, 'utf8')).has(anchor) : /^L\d+$/.test(anchor);
}
