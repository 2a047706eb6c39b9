import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, failureWords } from '../../util/pure/system-failure.ts';
import type { NotedSwitch, SwitchNote } from './contract.ts';
import { readOnlyFailure } from './failure.ts';

/** A note in a file: beside the registry's storage, where whoever comes next looks, or in the state directory. */
export function fileNote(path: string): SwitchNote {
  const told = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw readOnlyFailure('READ_ONLY_NOTE_FAILED', `${doing} ${path}: ${failureWords(error)}`, error);
    }
  };
  return {
    place: path,
    read: () => told('reading', () => read(path)),
    write: (noted) => told('writing', () => write(path, noted)),
    clear: () =>
      told('removing', async () => {
        await rm(path, { force: true });
      }),
  };
}

async function read(path: string): Promise<NotedSwitch | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const value = JSON.parse(text) as Partial<NotedSwitch> | null;
  if (typeof value?.name !== 'string' || !('remembered' in value)) throw new Error('it is no note of a switch');
  return { name: value.name, remembered: value.remembered };
}

async function write(path: string, noted: NotedSwitch): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const draft = `${path}.draft`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(`${JSON.stringify(noted)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
