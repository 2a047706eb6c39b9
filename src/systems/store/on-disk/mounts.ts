import { readFileSync } from 'node:fs';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import { walkFailed } from './careful-read.ts';
import { notReadable } from './failures.ts';

/** What is mounted where, as this process sees it (`proc_pid_mountinfo(5)`). Linux alone has it. */
const MOUNTS = '/proc/self/mountinfo';
/** The column of the folder that something is mounted at. */
const MOUNTED_AT = 4;

/**
 * Sees to it that nothing is mounted at a folder or below it, also nothing of the same file system, which no device number tells: data
 * can not be moved out of it into the quarantine. Where the system does not say what is mounted, this passes.
 *
 * @throws STORE_WALK_FAILED
 */
export function requireNoMount(folder: string): void {
  const mount = mountIn(readMounts(), folder);
  if (mount !== undefined) throw walkFailed('looking at', mount, 'something else is mounted there');
}

/** Where something is mounted at a folder or below it. @param mounts - the text of {@link MOUNTS} */
export function mountIn(mounts: string, folder: string): string | undefined {
  for (const line of mounts.split('\n')) {
    const path = plain(line.split(' ', MOUNTED_AT + 1)[MOUNTED_AT] ?? '');
    if (path === folder || path.startsWith(`${folder}/`)) return path;
  }
  return undefined;
}

/** Spaces and their like stand there as `\040`: bytes, in octal. */
function plain(path: string): string {
  if (!path.includes('\\')) return path;
  const bytes = Buffer.from(path).toString('latin1');
  const unescaped = bytes.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(unescaped, 'latin1').toString();
}

function readMounts(): string {
  try {
    return readFileSync(MOUNTS, 'utf8');
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return '';
    throw notReadable('reading', MOUNTS, failure);
  }
}
