/** Writes all that is generated in `docs/`: `npm run docs`. Tests in `test/docs/` find what is old. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { generatedPages } from './docs/pages.ts';

const root = process.cwd();
const { forbidden = [] } = await extractConfig(join(root, '.dependency-cruiser.mjs'));
for (const { path, text } of generatedPages(forbidden)) {
  const present = await readFile(join(root, path), 'utf8').catch(absent);
  const wanted = text(present);
  if (wanted === present) continue;
  await writeFile(join(root, path), wanted);
  process.stderr.write(`wrote ${path}\n`);
}

function absent(failure: NodeJS.ErrnoException): string {
  if (failure.code === 'ENOENT') return '';
  throw failure;
}
