#!/usr/bin/env node
/**
 * Runs a TypeScript program of this repository (a benchmark, a generator), which Node 20 can't do by itself:
 * `node scripts/run.mjs bench/main.ts --quick`. Node's own flags go before `scripts/run.mjs`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What threads run that read a registry's storage: src/systems/store/distribution-fs/readers.ts looks for it beside the program. */
const WALKER = {
  in: join(ROOT, 'src/systems/store/distribution-fs/walker.ts'),
  out: 'distribution-fs-walker',
};
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write('usage: node scripts/run.mjs FILE.ts [ARGUMENT…]\n');
  process.exit(2);
}

// Below node_modules, so that the packages, which stay outside the bundle, are found.
const cache = join(ROOT, 'node_modules', '.cache');
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, 'winnow-run-'));
try {
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [{ in: entry, out: basename(entry, '.ts') }, WALKER],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  process.argv = [process.execPath, outfile, ...args];
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(folder, { recursive: true, force: true });
}
