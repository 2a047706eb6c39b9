import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/systems/journal/contract.suite.ts';
import { fileJournal } from '../../src/systems/journal/file/file-journal.ts';
import { spawnTied } from '../support/child.ts';
import { describeMounting, runWithMounts } from '../support/own-mounts.ts';
import { bundle } from '../support/run-typescript.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const children = join(import.meta.dirname, '../support/children');

test('loses nothing that it acknowledged when its process is killed in the middle', async () => {
  const state = makeTempFolder('journal');
  const program = await bundle(join(children, 'append-for-ever.ts'));

  for (let round = 0; round < 8; round += 1) {
    const runId = `run-${round}`;
    const acknowledged = await killedAfter(80 + round * 37, program, [state, runId]);
    const lines = await linesOf(fileJournal(state), runId);

    const written = lines.map((line) => line.data as { writer: number; number: number });
    const key = (line: { writer: number; number: number }) => `${line.writer} ${line.number}`;
    const readable = new Set(written.map(key));
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((line) => !readable.has(line))).toEqual([]);
    // each writer waits for one append before the next: at most one line of each was written and not acknowledged
    expect(written.length - acknowledged.length).toBeLessThanOrEqual(8);
    for (let writer = 0; writer < 8; writer += 1) {
      const own = written.filter((line) => line.writer === writer).map((line) => line.number);
      expect(own).toEqual(own.map((_, number) => number));
    }
    const parts = readFileSync(join(state, 'runs', runId, 'journal.ndjson'), 'utf8').split('\n');
    expect(parts.length - 1 - written.length).toBe(0); // line feeds: one for each line that was read, none in a torn tail
  }
});

/** Runs a program, kills it, and gives the whole lines that it wrote to stdout. */
async function killedAfter(ms: number, program: string, args: readonly string[]): Promise<readonly string[]> {
  const child = spawnTied(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const closed = new Promise((resolve) => child.once('close', resolve));
  const started = new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      resolve();
    });
  });
  await started;
  await sleep(ms);
  child.kill('SIGKILL');
  await closed;
  return output.split('\n').slice(0, -1);
}

describeMounting('a journal on a disk of its own', () => {
  test('stops for good when the disk is full, and can be read and gone on with after that', async () => {
    const disk = makeTempFolder('disk');
    const program = await bundle(join(children, 'fill-journal.ts'));
    const mountAndRun = 'mount -t tmpfs -o size=512k tmpfs "$1" && exec "$2" "$3" "$1"';

    const child = runWithMounts(mountAndRun, [disk, process.execPath, program]);

    expect(child.stderr).toBe('');
    const { acknowledged, data, ...told } = JSON.parse(child.stdout);
    expect(told).toEqual({
      whenFull: 'JOURNAL_NOT_WRITABLE',
      message: expect.stringMatching(/^writing the journal .*journal\.ndjson: no space left on device/),
      hint: expect.stringContaining('Free some space'),
      withRoom: 'JOURNAL_NOT_WRITABLE',
    });
    expect(acknowledged).toBeGreaterThan(100);
    expect(data.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, at) => at));
    expect(data.at(-1)).toBe('after');
    expect(data.length - acknowledged).toBeLessThanOrEqual(2); // 'after', and perhaps a line that was whole but not acknowledged
  });
});
