import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { nodeConfigFailure } from '../errors.ts';
import { NotUnderstood } from '../not-understood.ts';

/** Text of a file; undefined where there is none. @throws NotUnderstood for links, TUNE_UNREADABLE */
export async function readNodeFile(path: string): Promise<string | undefined> {
  try {
    const { isLink, isFile } = await kindOf(path);
    if (isLink) throw new NotUnderstood('it is a link: name the file that it points to');
    if (!isFile) throw new NotUnderstood('it is no file');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw nodeConfigFailure('TUNE_UNREADABLE', `reading ${path}: ${messageOf(error)}`, error);
  }
}

/** The files of a folder whose names fit a pattern (`*.toml`), in order; none where there is no folder. */
export async function filesLike(folder: string, pattern: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => fits(name, pattern))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw nodeConfigFailure('TUNE_UNREADABLE', `listing ${folder}: ${messageOf(error)}`, error);
  }
}

/**
 * Puts a text in the place of another, at once: mode and owner stay, and the old text is kept beside it.
 *
 * @param before - what is there; undefined: nothing is.
 * @returns the path of the copy.
 */
export async function replaceNodeFile(
  path: string,
  before: string | undefined,
  after: string,
  nowMs: number,
): Promise<string | undefined> {
  if ((await readNodeFile(path)) !== before)
    throw nodeConfigFailure('TUNE_CHANGED', `writing ${path}: it is not as it was read`);
  const fresh = join(dirname(path), `.${basename(path)}.winnow-${randomBytes(4).toString('hex')}`);
  try {
    if (before === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(fresh, after, { mode: 0o600 });
      await rename(fresh, path);
      return undefined;
    }
    const { mode, uid, gid } = await lstat(path);
    const copy = `${path}.winnow-${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    await writeDurably(copy, before, { mode, owner: { uid, gid } });
    await writeDurably(fresh, after, { mode, owner: { uid, gid } });
    await rename(fresh, path);
    return copy;
  } catch (error) {
    await rm(fresh, { force: true });
    throw nodeConfigFailure('TUNE_UNWRITABLE', `writing ${path}: ${messageOf(error)}`, error);
  }
}

/** A new file, on disk when this returns. It never writes over one. */
async function writeDurably(
  path: string,
  text: string,
  { mode, owner }: { readonly mode: number; readonly owner?: { readonly uid: number; readonly gid: number } },
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.chmod(mode & 0o7777);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function kindOf(path: string): Promise<{ readonly isLink: boolean; readonly isFile: boolean }> {
  const stats = await lstat(path);
  return { isLink: stats.isSymbolicLink(), isFile: stats.isFile() };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** `*` stands for any characters of a name that does not begin with a dot. */
function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return (!name.startsWith('.') || pattern.startsWith('.')) && new RegExp(`^${parts.join('.*')}$`).test(name);
}
