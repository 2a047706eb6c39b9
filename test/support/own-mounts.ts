import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describeRequired } from './requirements.ts';

/** A mount namespace of its own: what is mounted there is gone with the process. Root may, and users where the kernel lets them. */
const UNSHARE: readonly string[] = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])];

/** `describe` for tests that mount something: where this user may not, they are skipped loudly, and fail in CI. */
export function describeMounting(title: string, tests: () => void): void {
  describeRequired(title, whyNoMounts(), tests);
}

/**
 * Runs lines of a shell that may mount, and waits for their end.
 *
 * @param args - what the lines know as `$1`, `$2` …
 */
export function runWithMounts(lines: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync('unshare', [...UNSHARE, 'sh', '-c', lines, 'sh', ...args], { encoding: 'utf8' });
}

/** Not just the namespace: in some containers it can be had, and nothing be mounted in it. */
function whyNoMounts(): string | undefined {
  const { status, stderr, error } = runWithMounts('mount -t tmpfs tmpfs "$1"', [tmpdir()]);
  if (status === 0) return undefined;
  return `this user may not mount anything: ${error?.message ?? stderr.trim()}`;
}
