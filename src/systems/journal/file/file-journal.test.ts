import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '../../../../test/support/run-typescript.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { journalContract, linesBackwards, linesOf } from '../contract.suite.ts';
import type { JournalLine } from '../contract.ts';
import { fileJournal } from './file-journal.ts';

journalContract('the file journal', async () => fileJournal(join(makeTempFolder('journal'), 'not', 'yet', 'there')));

const line = (data: unknown): JournalLine => ({ atMs: 1, kind: 'intend', data });

/** A journal with three lines, and the path of its file. */
async function written(): Promise<{ state: string; path: string }> {
  const state = makeTempFolder('journal');
  const run = await fileJournal(state).begin('run-1', []);
  await run.append([line('a'), line('b'), line('c')]);
  await run.close();
  return { state, path: join(state, 'runs', 'run-1', 'journal.ndjson') };
}

const dataOf = async (state: string) => (await linesOf(fileJournal(state), 'run-1')).map((read) => read.data);

const backwards = async (state: string) => (await linesBackwards(fileJournal(state), 'run-1')).map((read) => read.data);

describe('the file of a journal', () => {
  test('is plain JSON lines, for its owner alone, with the plan beside it', async () => {
    const { path } = await written();

    expect(readFileSync(path, 'utf8')).toBe(
      ['a', 'b', 'c'].map((data) => `{"atMs":1,"kind":"intend","data":"${data}"}\n`).join(''),
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(statSync(join(dirname(path), 'plan.jsonl')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['is cut off', (path: string) => truncateSync(path, statSync(path).size - 9)],
    ['lacks only its line feed', (path: string) => truncateSync(path, statSync(path).size - 1)],
    ['became zeros', (path: string) => rewrite(path, (text) => text.slice(0, -20) + '\0'.repeat(20))],
    ['is not JSON', (path: string) => rewrite(path, (text) => text.replace('"c"}', '"c"'))],
    ['is JSON of another kind', (path: string) => rewrite(path, (text) => text.replace(/.*"c".*/, '{"atMs":"1"}'))],
    [
      'is not UTF-8',
      (path: string) => rewriteBytes(path, (bytes) => bytes.fill(0xff, bytes.length - 5, bytes.length - 4)),
    ],
  ])('leaves out a last line that %s, and cuts it off before appending', async (_, tear) => {
    const { state, path } = await written();
    tear(path);

    expect(await dataOf(state)).toEqual(['a', 'b']);
    expect(await backwards(state)).toEqual(['b', 'a']);

    const again = await fileJournal(state).reopen('run-1');
    await again.append([line('d')]);
    await again.close();
    expect(await dataOf(state)).toEqual(['a', 'b', 'd']);
  });

  test.each([
    ['not JSON', 'intend","data":"b"}'],
    ['empty', ''],
    ['another kind of JSON', '{"atMs":1,"kind":"outcomes"}'],
  ])('names a line in the middle that is %s, after giving what stands before it', async (_, broken) => {
    const { state, path } = await written();
    rewrite(path, (text) => text.replace(/.*"b".*/, broken));
    const seen: unknown[] = [];

    const reading = (async () => {
      for await (const read of fileJournal(state).read('run-1')) seen.push(read.data);
    })();

    await expect(reading).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining('line 2'),
    });
    expect(seen).toEqual(['a']);
    await expect(backwards(state)).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining('the line at byte 38 '),
    });
    await expect(fileJournal(state).reopen('run-1')).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });

  test('holds lines that are larger than any buffer', async () => {
    const { state } = await written();
    const large = 'ü'.repeat(3_000_000);
    const run = await fileJournal(state).reopen('run-1');
    await run.append([line(large), line('after')]);
    await run.close();

    expect(await dataOf(state)).toEqual(['a', 'b', 'c', large, 'after']);
    expect(await backwards(state)).toEqual(['after', large, 'c', 'b', 'a']);
  });

  test('is read backwards whole, wherever its line feeds lie', async () => {
    const { state } = await written();
    const run = await fileJournal(state).reopen('run-1');
    const frame = JSON.stringify(line('')).length + 1;
    const chunk = 1 << 18;
    const sizes = [chunk - frame, chunk - frame - 1, chunk - frame + 1, 2 * chunk - frame, 0, 1];
    const texts = sizes.map((size, at) => `${at}`.padEnd(size, 'x'));
    await run.append(texts.map(line));
    await run.close();

    expect(await backwards(state)).toEqual([...texts.toReversed(), 'c', 'b', 'a']);
  });
});

describe('the folder of journals', () => {
  test('may hold what is not ours', async () => {
    const { state } = await written();
    const runs = join(state, 'runs');
    writeFileSync(join(runs, 'notes.txt'), 'hello');
    writeFileSync(join(runs, 'a-file'), 'hello');
    mkdirSync(join(runs, 'lost+found'));
    mkdirSync(join(runs, 'empty'));

    expect(await fileJournal(state).runs()).toEqual(['run-1']);
  });

  test('starts a run in a folder that a crash left without a journal', async () => {
    const { state } = await written();
    mkdirSync(join(state, 'runs', 'run-2'));

    await (await fileJournal(state).begin('run-2', [])).close();

    expect(await fileJournal(state).runs()).toEqual(['run-2', 'run-1']);
  });

  test('forgets the plan together with the journal', async () => {
    const { state, path } = await written();
    expect(existsSync(join(dirname(path), 'plan.jsonl'))).toBe(true);

    await fileJournal(state).forget('run-1');

    expect(() => statSync(dirname(path))).toThrow('ENOENT');
  });

  test('says what is in the way when it cannot be made', async () => {
    const state = makeTempFolder('journal');
    writeFileSync(join(state, 'runs'), 'a file');

    await expect(fileJournal(state).begin('run-1', [])).rejects.toMatchObject({
      code: 'JOURNAL_NOT_WRITABLE',
      message: expect.stringMatching(/^starting the journal .*journal\.ndjson: (not a directory|file already exists)/),
    });
  });

  test('is not written by a user who may not, who is told what to do', async () => {
    const folder = makeTempFolder('journal');
    const state = join(folder, 'state');
    mkdirSync(state, { mode: 0o555 });
    chmodSync(folder, 0o755);

    expect(await asNobody(state)).toMatchObject({
      code: 'JOURNAL_NOT_WRITABLE',
      hint: expect.stringContaining('right to write'),
    });
  });
});

const NOBODY = 65_534;

/** Begins `run-1` in a process without the rights of root. @returns its error */
async function asNobody(state: string): Promise<unknown> {
  const program = await bundle(join(import.meta.dirname, '../../../../test/support/children/begin-journal.ts'));
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    chmodSync(dirname(program), 0o755);
    chownSync(program, NOBODY, NOBODY);
  }
  const user = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const { stdout, stderr } = spawnSync(process.execPath, [program, state], { ...user, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function rewriteBytes(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}
