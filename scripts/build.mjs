#!/usr/bin/env node
/**
 * Bundles src/cli/main.ts into dist/winnow.js and the chunks beside it, which it loads when a command needs them:
 * that keeps `winnow --help` quick. `node scripts/build.mjs FOLDER` builds there instead; the folder must lie where Node
 * finds the packages that stay outside of the bundle, so below this one.
 */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'src/cli/main.ts';
/** What threads run that read a registry's storage. src/systems/store/distribution-fs/readers.ts finds it by this name. */
const WALKER = { in: 'src/systems/store/distribution-fs/walker.ts', out: 'chunks/distribution-fs-walker' };
const SCHEMA = 'src/config/settings-schema.ts';
const OUT = relative(ROOT, resolve(ROOT, process.argv[2] ?? 'dist'));

const started = Date.now();
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: [{ in: ENTRY, out: 'winnow' }, WALKER],
  outdir: OUT,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['libsql', '@libsql/*'], // native: a bundle can't hold it
  banner: { js: await banner() },
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  metafile: true,
  plugins: [
    { name: 'settings-schema', setup: ({ onLoad }) => onLoad({ filter: /settings-schema\.ts$/ }, writtenSchema) },
  ],
  logLevel: 'warning',
});
const outputs = Object.keys(metafile.outputs);
await removeAllBut(outputs);
await chmod(join(ROOT, OUT, 'winnow.js'), 0o755);

const code = outputs.filter((path) => path.endsWith('.js'));
const sizeBytes = code.reduce((sum, path) => sum + metafile.outputs[path].bytes, 0);
process.stderr.write(
  `built ${OUT}/winnow.js and ${code.length - 1} chunks, ${Math.round(sizeBytes / 1024)} KiB, in ${Date.now() - started} ms\n`,
);

/**
 * The shebang stands in every chunk, where it does no harm (but not twice, if the entry has its own).
 * Bundled CommonJS packages ask for Node's modules with `require`, which ECMAScript modules don't have.
 */
async function banner() {
  const source = await readFile(join(ROOT, ENTRY), 'utf8');
  const shebang = source.startsWith('#!') ? [] : ['#!/usr/bin/env node'];
  return [
    ...shebang,
    `import { createRequire as __createRequire } from 'node:module';`,
    `const require = __createRequire(import.meta.url);`,
  ].join('\n');
}

/** The module at SCHEMA with its answer written in. */
async function writtenSchema() {
  const folder = await mkdtemp(join(ROOT, 'node_modules/.winnow-build-')); // where the packages are found that it imports
  try {
    const outfile = join(folder, 'schema.mjs');
    const options = { bundle: true, packages: 'external', format: 'esm', platform: 'node', logLevel: 'warning' };
    await build({ absWorkingDir: ROOT, entryPoints: [SCHEMA], outfile, ...options });
    const { settingsSchema } = await import(pathToFileURL(outfile).href);
    const text = JSON.stringify(JSON.stringify(settingsSchema()));
    return { contents: `export const settingsSchema = () => JSON.parse(${text});` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Removes what an earlier build left, after the new files stand: a command that runs meanwhile keeps its chunks. */
async function removeAllBut(outputs) {
  const kept = new Set(outputs);
  const entries = await readdir(join(ROOT, OUT), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = relative(ROOT, join(entry.parentPath, entry.name));
    if (entry.isFile() && !kept.has(path)) await rm(join(ROOT, path), { force: true });
  }
}
