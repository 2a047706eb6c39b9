import { expect, test } from 'vitest';
import { journalContract, linesOf } from '../contract.suite.ts';
import { memoryJournal } from './memory-journal.ts';

journalContract('the memory journal', async () => memoryJournal());

const line = (data: number) => ({ atMs: 0, kind: 'intend', data }) as const;

test('fails at the append that it was told to, and for good, as a full disk would', async () => {
  const journal = memoryJournal({ failAtAppend: 2 });
  const run = await journal.begin('run-1', []);

  await run.append([line(1)]);
  await expect(run.append([line(2)])).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITABLE' });
  await expect(run.append([line(3)])).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITABLE' });
  await run.close();

  const again = await journal.reopen('run-1');
  await again.append([line(4)]);
  expect((await linesOf(journal, 'run-1')).map((read) => read.data)).toEqual([1, 4]);
});

test('can fail after writing, as a machine does that dies before it says so', async () => {
  const journal = memoryJournal({ failAtAppend: 1, failingLines: 'written' });
  const run = await journal.begin('run-1', []);

  await expect(run.append([line(1)])).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITABLE' });

  expect((await linesOf(journal, 'run-1')).map((read) => read.data)).toEqual([1]);
});
