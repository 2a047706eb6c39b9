import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fileLeases } from '../../src/systems/lease/file/file-leases.ts';
import { leaseName, leasesFolder } from '../../src/systems/lease/file/layout.ts';
import { spawnTied } from '../support/child.ts';
import { type LeaseChild, startLeaseChild } from '../support/lease-child.ts';
import { bundle } from '../support/run-typescript.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const children = join(import.meta.dirname, '../support/children');
const never = new AbortController().signal;

test('lets one of several processes in, fifty times, whether the last holder left or was killed', async () => {
  const state = makeTempFolder('lease');
  const contenders = await Promise.all([1, 2, 3].map(() => startLeaseChild('file', state, 60_000)));

  for (let round = 0; round < 50; round += 1) {
    const answers = await Promise.all(contenders.map((contender) => contender.ask('acquire')));

    const winner = answers.indexOf('held');
    const refusals = answers.filter((answer) => answer.startsWith('refused LEASE_HELD acquiring the lease of a'));
    expect([answers.filter((answer) => answer === 'held').length, refusals.length], answers.join('\n')).toEqual([1, 2]);
    if (round % 2 === 0) await contenders[winner]?.ask('release');
    else {
      await contenders[winner]?.kill();
      contenders[winner] = await startLeaseChild('file', state, 60_000);
    }
  }
});

test('STRESS never has two holders, wherever processes die while they take, hold or release', async () => {
  const state = makeTempFolder('lease');
  const program = await bundle(join(children, 'contend-for-lease.ts'));
  const words: string[] = [];

  async function liveAndDie(): Promise<void> {
    const args = [program, state, join(state, 'marker'), String(10 + Math.random() * 190)];
    const child = spawnTied(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => words.push(...text.split('\n').slice(0, -1)));
    const signal = await new Promise((resolve) => child.once('close', (_, by) => resolve(by)));
    expect(signal).toBe('SIGKILL');
  }
  const lives = async () => {
    for (let life = 0; life < 150; life += 1) await liveAndDie();
  };
  await Promise.all([lives(), lives(), lives(), lives()]);

  expect(words.filter((word) => word !== 'one')).toEqual([]);
  expect(words.length).toBeGreaterThan(10);
  const last = await fileLeases(state).acquire('a', 'the last', never);
  const left = readdirSync(leasesFolder(state)).filter((file) => !file.endsWith('.draft'));
  expect(left).toEqual([`${leaseName('a')}.json`]);
  await last.release();
});

test('is not taken from a process that was only stopped for a while', async () => {
  const state = makeTempFolder('lease');
  const holder = await startLeaseChild('file', state, 300);
  expect(await holder.ask('acquire')).toBe('held');

  holder.signal('SIGSTOP');
  await sleep(700);
  const refusal = await fileLeases(state, { ttlMs: 300 })
    .acquire('a', 'us', never)
    .catch((error: unknown) => error);
  holder.signal('SIGCONT');

  expect(refusal).toMatchObject({ code: 'LEASE_HELD', message: expect.stringContaining('the child') });
});

test('does not keep its process alive, and is free when that has ended', async () => {
  const state = makeTempFolder('lease');
  const holder: LeaseChild = await startLeaseChild('file', state, 60_000);
  expect(await holder.ask('acquire')).toBe('held');

  expect(await holder.endOfInput()).toEqual({ code: 0, signal: null });

  await (await fileLeases(state).acquire('a', 'us', never)).release();
});
