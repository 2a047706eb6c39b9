import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundle } from '../../test/support/run-typescript.ts';

const exec = promisify(execFile);
const CHILDREN = new Map<string, Promise<string>>();

/**
 * Runs a TypeScript program of `bench/` in a process of its own, so that peaks are its own and no earlier work has warmed it up.
 * It is given one argument, JSON, and prints one line of JSON.
 *
 * @param path - from the repository's root.
 */
export async function inFreshProcess<Result>(path: string, argument: unknown): Promise<Result> {
  const bundled = CHILDREN.get(path) ?? bundle(`${repositoryRoot()}${path}`);
  CHILDREN.set(path, bundled);
  const args = ['--expose-gc', '--max-old-space-size=4096', await bundled, JSON.stringify(argument)];
  const { stdout } = await exec(process.execPath, args, { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as Result;
}

/** With a slash at its end. Benchmarks run as a bundle that lies elsewhere; npm starts them here. */
export function repositoryRoot(): string {
  return `${process.cwd()}/`;
}
