import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesGlob } from '../../../util/pure/glob.ts';
import { errnoOf, failureWords } from '../../../util/pure/system-failure.ts';
import { clusterFailure } from '../errors.ts';

/** What lies in the folder itself, and says what in it is not read: a glob a line. */
export const IGNORE_FILE = '.winnowignore';

/**
 * Reads which paths of a folder are left out: globs from the folder on (`charts/**`, `** /templates`), each of which also takes all that
 * lies below what it names. Blank lines and those with a `#` in front say nothing.
 *
 * @throws CLUSTER_SETTINGS_INVALID where it can't be read
 */
export async function readIgnored(folder: string): Promise<(relativePath: string) => boolean> {
  const path = join(folder, IGNORE_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return () => false;
    throw clusterFailure('CLUSTER_SETTINGS_INVALID', `reading ${path}: ${failureWords(error)}`, { cause: error });
  }
  const globs = text
    .split('\n')
    .map((line) => line.trim().replace(/^\/|\/$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  // Any depth may be none.
  const all = globs.flatMap((glob) => (glob.startsWith('**/') ? [glob, glob.slice(3)] : [glob]));
  // What lies below a folder is never come by when the folder is left out.
  return (relativePath) => all.some((glob) => matchesGlob(glob, relativePath));
}
