import type { FileHandle } from 'node:fs/promises';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { syncedFile } from './synced-file.ts';

const asIs = (failure: unknown) => failure;

/** A file handle that writes down what was asked of the real one. */
function spied(file: FileHandle): { readonly file: FileHandle; readonly calls: string[] } {
  const calls: string[] = [];
  const spy = {
    appendFile: async (text: string) => {
      calls.push(`write ${text}`);
      await file.appendFile(text);
    },
    datasync: async () => {
      calls.push('sync');
      await file.datasync();
    },
    close: () => file.close(),
  };
  return { file: spy as unknown as FileHandle, calls };
}

test('shares one write and one sync among appends that come together', async () => {
  const path = join(makeTempFolder(), 'log');
  const { file, calls } = spied(await open(path, 'a'));
  const log = syncedFile(file, asIs);

  const first = ['a', 'b', 'c'].map((text) => log.append(text));
  await first[0];
  const second = ['d', 'e'].map((text) => log.append(text));
  await Promise.all([...first, ...second]);
  await log.close();

  expect(calls).toEqual(['write abc', 'sync', 'write de', 'sync']);
  expect(await readFile(path, 'utf8')).toBe('abcde');
});

test('resolves an append only when the sync that covers it is over', async () => {
  const order: string[] = [];
  let finish: () => void = () => {};
  const file = {
    appendFile: async () => order.push('write'),
    datasync: () =>
      new Promise<void>((resolve) => {
        finish = () => {
          order.push('synced');
          resolve();
        };
      }),
    close: async () => {},
  };
  const log = syncedFile(file as unknown as FileHandle, asIs);

  const appended = log.append('a').then(() => order.push('told'));
  await new Promise(setImmediate);
  finish();
  await appended;

  expect(order).toEqual(['write', 'synced', 'told']);
});

test('fails for good when the disk is full', async () => {
  const log = syncedFile(await open('/dev/full', 'a'), asIs);

  const together = await Promise.allSettled([log.append('a'), log.append('b')]);
  const later = await Promise.allSettled([log.append('c')]);
  await log.close();

  for (const outcome of [...together, ...later])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENOSPC' } });
});

test('does not trust a sync that works after one that failed', async () => {
  let syncCount = 0;
  const file = {
    appendFile: async () => {},
    datasync: async () => {
      syncCount += 1;
      if (syncCount === 1) throw new Error('EIO');
    },
    close: async () => {},
  };
  const log = syncedFile(file as unknown as FileHandle, asIs);

  await expect(log.append('a')).rejects.toThrow('EIO');
  await expect(log.append('b')).rejects.toThrow('EIO');
  expect(syncCount).toBe(1);
});

test('closes after what is on its way', async () => {
  const path = join(makeTempFolder(), 'log');
  const log = syncedFile(await open(path, 'a'), asIs);

  const appended = log.append('a');
  await log.close();
  await appended;

  expect(await readFile(path, 'utf8')).toBe('a');
});
