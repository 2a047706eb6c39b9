import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { expect, test } from 'vitest';
import { generatedPages } from '../../scripts/docs/pages.ts';
import { ROOT } from '../support/markdown.ts';

const { forbidden = [] } = await extractConfig(join(ROOT, '.dependency-cruiser.mjs'));
const pages = generatedPages(forbidden);

/** WINNOW_UPDATE_DOCS=1 writes the pages instead of comparing them, as `npm run docs` does. */
test.each(pages.map((page) => [page.path, page] as const))('%s is what the code says', (path, { text }) => {
  const file = join(ROOT, path);
  const present = readFileSync(file, 'utf8');
  const wanted = text(present);
  if (process.env['WINNOW_UPDATE_DOCS'] === '1') writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8'), `${path} is old: npm run docs`).toBe(wanted);
});
