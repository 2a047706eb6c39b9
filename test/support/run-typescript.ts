import { join, parse } from 'node:path';
import { build } from 'esbuild';
import { makeTempFolder } from './temp-folder.ts';

/** CommonJS packages ask for `require`, which a module does not have. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Turns a TypeScript program and all that it imports into one file that Node 20 runs, for tests that need a process of their own.
 * Packages are put in as well; ones with native parts don't work.
 *
 * @returns path of an `.mjs` in a folder of its own, which is gone with the test file.
 */
export async function bundle(entryPath: string): Promise<string> {
  const outfile = join(makeTempFolder('bundle'), `${parse(entryPath).name}.mjs`);
  await build({
    entryPoints: [entryPath],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    banner: { js: REQUIRE },
    logLevel: 'error',
  });
  return outfile;
}
