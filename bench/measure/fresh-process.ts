import { execFile } from 'node:child_process';
import { join, parse } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { onCores } from './cores.ts';

const exec = promisify(execFile);
const bundles = new Map<string, Promise<string>>();

/**
 * Runs a TypeScript program of `bench/` in a process of its own, so that peaks are its own and no earlier work has warmed it up.
 * It is given one argument, JSON, and prints JSON.
 *
 * @param path - from the repository's root.
 * @param cores - where it may run, as `taskset` has it. Default: anywhere.
 */
export async function inFreshProcess<Result>(path: string, argument: unknown, cores?: string): Promise<Result> {
  const bundled = bundles.get(path) ?? bundle(path);
  bundles.set(path, bundled);
  const flags = ['--expose-gc', '--max-old-space-size=4096'];
  const [command, ...args] = onCores(cores, [process.execPath, ...flags, await bundled, JSON.stringify(argument)]);
  const { stdout } = await exec(command, args, { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as Result;
}

/** With a slash at its end. Benchmarks run as a bundle that lies elsewhere; npm starts them here. */
export function repositoryRoot(): string {
  return `${process.cwd()}/`;
}

/** Below node_modules, where packages are found, and without a source map, which would count as memory. */
async function bundle(path: string): Promise<string> {
  const folder = makeTempFolder('bench-child', join(repositoryRoot(), 'node_modules', '.cache'));
  const outfile = join(folder, `${parse(path).name}.mjs`);
  await build({
    entryPoints: [`${repositoryRoot()}${path}`],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}
