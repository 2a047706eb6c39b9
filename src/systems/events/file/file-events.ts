import { access, constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import type { EventSink } from '../contract.ts';
import { eventsError } from '../errors.ts';

/*
 * The file is NDJSON: one event a line, without its envelope, only ever appended to. It is opened for each event, so that
 * whoever rotates logs needs to tell nobody. A new one is 0600, since events name what a company runs.
 */

/** Appends events to a file; each is on disk when `send` resolves. The folder must be there. */
export function fileEvents(options: { readonly path: string }): EventSink {
  const path = resolve(options.path);
  return {
    name: `file ${path}`,
    async check(signal) {
      signal.throwIfAborted();
      try {
        await access((await isThere(path)) ? path : dirname(path), constants.W_OK);
      } catch (error) {
        throw notWritable(path, error);
      }
    },
    async send(event, signal) {
      signal.throwIfAborted();
      try {
        await append(path, `${JSON.stringify(event.data)}\n`);
      } catch (error) {
        throw notWritable(path, error);
      }
    },
    close: async () => {},
  };
}

/** What is there and no file that can be written to, a folder, is found by opening it. */
async function isThere(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) await (await open(path, 'a')).close();
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function append(path: string, line: string): Promise<void> {
  const { file, isNew } = await openOrCreate(path);
  try {
    // One write, so that two processes do not write into each other's lines; a torn line of a crash is left behind, alone.
    await file.appendFile((await endsInMidLine(file)) ? `\n${line}` : line);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) await syncFolder(dirname(path));
}

async function openOrCreate(path: string): Promise<{ readonly file: FileHandle; readonly isNew: boolean }> {
  try {
    return { file: await open(path, 'ax+', 0o600), isNew: true };
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return { file: await open(path, 'a+', 0o600), isNew: false };
  }
}

/** After a crash in the middle of a write. */
async function endsInMidLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/** Otherwise a crash could lose the new file's name. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function notWritable(path: string, thrown: unknown): unknown {
  if (thrown instanceof CodedError || errnoOf(thrown) === undefined) return thrown;
  return eventsError('EVENTS_NOT_WRITABLE', `writing an event to ${path}: ${failureWords(thrown)}`, { cause: thrown });
}

/** The operating system's name of what went wrong (`ENOSPC`); undefined for what did not come from it. */
function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('errno' in thrown) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
