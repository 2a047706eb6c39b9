import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ToldEvent } from '../../../systems/history/contract.ts';
import {
  dayFile,
  daysIn,
  endOfDay,
  makeFolder,
  notificationFolder,
  notificationsFolder,
} from '../../../systems/pulls/index.ts';
import { errnoOf, failureWords } from '../../../util/pure/system-failure.ts';
import { ServiceError } from '../../errors.ts';

/** Registries that are written down; whoever names more of them is no registry. */
export const MOST_REGISTRIES = 200;

/** What a registry sent. */
export interface Envelope {
  /** As it came, as one line. */
  readonly line: string;
  readonly events: readonly ToldEvent[];
}

/** Where notifications are written down. */
export interface Notebook {
  /**
   * Writes down what a registry sent, and is back when it is kept.
   *
   * @throws NOTIFICATION_NOT_KEPT; then it may be kept nevertheless, or in part
   */
  append(host: string, envelope: Envelope, nowMs: number): Promise<void>;
}

/**
 * Appends a line to the file of the day below the state directory.
 *
 * @param keepForMs - files of older days go when a new day begins
 */
export function notebook(stateDir: string, keepForMs: () => number): Notebook {
  const pages = new Map<string, Page>();
  return {
    async append(host, { line }, nowMs) {
      const folder = notificationFolder(stateDir, host);
      try {
        const page = pages.get(folder) ?? (await newPage(folder));
        await page.append(line, nowMs, keepForMs());
      } catch (failure) {
        if (failure instanceof ServiceError) throw failure;
        const doing = `writing down what ${host} told, in ${folder}`;
        throw new ServiceError('NOTIFICATION_NOT_KEPT', `${doing}: ${failureWords(failure)}`, { cause: failure });
      }
    },
  };

  async function newPage(folder: string): Promise<Page> {
    const known = await namesIn(notificationsFolder(stateDir));
    if (known.length >= MOST_REGISTRIES && !known.some((name) => folder.endsWith(`/${name}`)))
      throw new ServiceError('NOTIFICATION_NOT_KEPT', `making ${folder}: there are ${known.length} registries already`);
    makeFolder(folder);
    for (const parent of [notificationsFolder(stateDir), stateDir]) await syncFolder(parent);
    const page = pages.get(folder) ?? pageIn(folder);
    pages.set(folder, page);
    return page;
  }
}

interface Page {
  append(line: string, nowMs: number, keepForMs: number): Promise<void>;
}

/** The file of the day in one folder. Lines that come while others are written are written, and brought to the disk, together. */
function pageIn(folder: string): Page {
  let waiting: Line[] = [];
  let isWriting = false;
  return {
    append(line, nowMs, keepForMs) {
      return new Promise<void>((done, failed) => {
        waiting.push({ line, nowMs, keepForMs, done, failed });
        if (!isWriting) void writeAll();
      });
    },
  };

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        await write(lines);
        for (const { done } of lines) done();
      } catch (failure) {
        for (const { failed } of lines) failed(failure);
      }
    }
    isWriting = false;
  }

  async function write(lines: readonly Line[]): Promise<void> {
    const [first] = lines;
    if (first === undefined) return;
    const { handle, isNew } = await openDay(join(folder, dayFile(first.nowMs)));
    try {
      await handle.appendFile(lines.map(({ line }) => `${line}\n`).join(''));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    if (isNew) await removeOld(folder, first.nowMs - first.keepForMs);
  }
}

interface Line {
  readonly line: string;
  readonly nowMs: number;
  readonly keepForMs: number;
  readonly done: () => void;
  readonly failed: (failure: unknown) => void;
}

/** A line that was cut off by the end of a process gets its end, so that the next one stands alone. */
async function openDay(path: string): Promise<{ readonly handle: FileHandle; readonly isNew: boolean }> {
  const handle = await open(path, 'a+', 0o640);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n');
    if (size === 0) await syncFolder(dirname(path));
    return { handle, isNew: size === 0 };
  } catch (failure) {
    await handle.close();
    throw failure;
  }
}

/** A file is on the disk when its name is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** A day is old when its end is. */
async function removeOld(folder: string, beforeMs: number): Promise<void> {
  for (const name of daysIn(folder)) {
    if (endOfDay(name) < beforeMs) await rm(join(folder, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return [];
    throw failure;
  }
}
