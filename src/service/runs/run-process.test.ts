import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { type ProcessOrder, runProcess } from './run-process.ts';

function run(program: string, more: Partial<ProcessOrder> = {}) {
  const lines: string[] = [];
  const outFile = join(makeTempFolder('process'), 'out');
  const ending = runProcess({
    ...{ file: process.execPath, args: ['-e', program], env: {}, outFile, outMaxBytes: 1000, deadlineMs: 20_000 },
    ...{ graceMs: 300, stop: new AbortController().signal, onLine: (line) => void lines.push(line), ...more },
  });
  return { ending, lines, out: () => readFileSync(outFile, 'utf8') };
}

const stubborn = "process.on('SIGTERM', () => console.error('no')); setInterval(() => {}, 1000); console.error('up')";

describe('a process', () => {
  test('ends with its code; what it printed is kept, what it said is told line by line', async () => {
    const { ending, lines, out } = run("console.log('a\\nb'); console.error('one\\ntwo'); process.exitCode = 3");

    expect(await ending).toEqual({ code: 3, signal: null, outOfTime: false, outCut: false });
    expect(lines).toEqual(['one', 'two']);
    expect(out()).toBe('a\nb\n');
  });

  test('that prints without end has so much of it kept, and is not held up', async () => {
    const { ending, out } = run("process.stdout.write('x'.repeat(3_000_000))");

    expect(await ending).toMatchObject({ code: 0, outCut: true });
    expect(out()).toHaveLength(1000);
  });

  test('has a stdin that stays open while we live', async () => {
    const { ending, lines } = run(
      "let ended = false; process.stdin.resume().on('end', () => { ended = true; }); setTimeout(() => { console.error(ended); process.exit(); }, 300)",
    );

    await ending;
    expect(lines).toEqual(['false']);
  });

  test('is stopped politely, and killed when that does not help', async () => {
    const stop = new AbortController();
    const polite = run(
      "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.error('up')",
      {
        ...{ stop: stop.signal, onLine: () => stop.abort() },
      },
    );
    expect(await polite.ending).toMatchObject({ code: 5, signal: null });

    const hard = new AbortController();
    const killed = run(stubborn, { stop: hard.signal, onLine: () => hard.abort() });
    expect(await killed.ending).toMatchObject({ code: null, signal: 'SIGKILL', outOfTime: false });
  });

  test('is stopped when its time is over', async () => {
    expect(await run(stubborn, { deadlineMs: 400 }).ending).toMatchObject({ code: null, outOfTime: true });
  });

  test('comes to its end where what it prints can not be kept, and that is told then', async () => {
    const { ending, lines } = run(
      "process.stdout.write('x'.repeat(3_000_000), () => setTimeout(() => console.error('done'), 50))",
      { outFile: join(makeTempFolder('process'), 'no-such-folder', 'out') },
    );

    await expect(ending).rejects.toMatchObject({
      code: 'RUN_PROCESS_FAILED',
      message: expect.stringMatching(/keeping what was printed in .*no-such-folder/),
    });
    expect(lines).toEqual(['done']);
  });

  test('that can not be started is an error with a code', async () => {
    await expect(run('', { file: '/nowhere/winnow' }).ending).rejects.toMatchObject({
      code: 'RUN_PROCESS_FAILED',
      message: expect.stringContaining('/nowhere/winnow'),
    });
  });
});
