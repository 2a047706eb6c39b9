import { constants } from 'node:fs';
import { copyFile, link, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../pure/system-failure.ts';
import { type Claim, parseClaim } from './claim.ts';

/** A claim as found, and when its file last changed, by the file system's clock. */
export interface FoundClaim extends Claim {
  readonly beatAtMs: number;
}

/** Reads a claim. Undefined: there is no such file. A file that is no claim belongs to nobody known, who shows no other sign of life. */
export async function readClaim(path: string): Promise<FoundClaim | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mtimeMs, ino } = await file.stat();
      const claim = parseClaim(await file.readFile('utf8'));
      return { ...(claim ?? unreadable(path, ino)), beatAtMs: mtimeMs };
    } finally {
      await file.close();
    }
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return undefined;
    throw failure;
  }
}

function unreadable(path: string, ino: number): Claim {
  const holder = `somebody whose claim cannot be read (${path})`;
  return {
    id: `unreadable-${ino}`,
    scope: '',
    holder,
    host: '',
    pid: 0,
    processTable: null,
    processStart: null,
    startedAtMs: 0,
  };
}

/** A claim on disk that has no meaning until it gets its name. `madeAtMs`: the file system's own time, now. */
export interface Draft {
  readonly path: string;
  readonly text: string;
  readonly madeAtMs: number;
}

export async function writeDraft(folder: string, name: string, claim: Claim): Promise<Draft> {
  const path = join(folder, `${name}.${claim.id}.draft`);
  const text = `${JSON.stringify(claim)}\n`;
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text); // without a sync: after a crash of the machine its holder is dead in any case
    return { path, text, madeAtMs: (await file.stat()).mtimeMs };
  } finally {
    await file.close();
  }
}

/** Gives a draft its name, whole and at once. @returns false where the name is taken */
export async function giveName(draft: Draft, path: string): Promise<boolean> {
  try {
    await link(draft.path, path).catch(async (failure: unknown) => {
      if (!NO_LINKS.has(errnoOf(failure) ?? '')) throw failure;
      await copyFile(draft.path, path, constants.COPYFILE_EXCL); // as exclusive, but not whole at once
    });
    return true;
  } catch (failure) {
    if (errnoOf(failure) === 'EEXIST') return false;
    throw failure;
  }
}

/** What file systems say that know no hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Names of what others left behind: every `.next` but that of our successor, and drafts older than `olderThanMs`. */
export async function leftovers(
  folder: string,
  name: string,
  own: Claim,
  olderThanMs: number,
): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.`));
  const nexts = files.filter((file) => file.endsWith('.next') && file !== `${name}.${own.id}.next`);
  const drafts: string[] = [];
  for (const file of files)
    if (file.endsWith('.draft') && (await isOlder(join(folder, file), olderThanMs))) drafts.push(file);
  return [...nexts, ...drafts];
}

async function isOlder(path: string, thanMs: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < thanMs;
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return false; // its owner is done with it
    throw failure;
  }
}

export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((failure: unknown) => {
    if (errnoOf(failure) !== 'ENOENT') throw failure;
  });
}
