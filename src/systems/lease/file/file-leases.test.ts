import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { spawnTied } from '../../../../test/support/child.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Claim } from '../../../util/file-lock/claim.ts';
import { thisProcess } from '../../../util/file-lock/process-identity.ts';
import { acquireSoon, leaseContract } from '../contract.suite.ts';
import { fileLeases } from './file-leases.ts';
import { leaseName, leasesFolder } from './layout.ts';

const TTL_MS = 900;
const never = new AbortController().signal;
const headOf = (state: string, scope = 'a') => join(leasesFolder(state), `${leaseName(scope)}.json`);

leaseContract('files', async () => {
  const state = join(makeTempFolder('lease'), 'not', 'yet', 'there');
  return {
    ttlMs: TTL_MS,
    keeper: () => fileLeases(state, { ttlMs: TTL_MS }),
    breakLease: async (scope) => rmSync(headOf(state, scope)),
  };
});

/** A state directory in which somebody holds `a`. */
async function heldBy(other: Partial<Claim>): Promise<string> {
  const state = makeTempFolder('lease');
  mkdirSync(leasesFolder(state));
  plant(headOf(state), { id: 'other', ...(await thisProcess()), ...other });
  return state;
}

function plant(path: string, claim: Partial<Claim>): void {
  writeFileSync(path, JSON.stringify({ scope: 'a', holder: 'the other', startedAtMs: 1_700_000_000_000, ...claim }));
}

const silentFor = (path: string, ms: number) => utimesSync(path, new Date(), new Date(Date.now() - ms));
const acquire = (state: string) => fileLeases(state, { ttlMs: TTL_MS }).acquire('a', 'us', never);
const held = { code: 'LEASE_HELD', message: expect.stringContaining('the other since 2023-11-14T22:13:20.000Z') };
/** Larger than any pid that Linux gives. */
const NO_PID = 2 ** 22 + 1;

describe('a holder on this machine', () => {
  test('is not succeeded while it lives, however long it was silent', async () => {
    const state = await heldBy({});
    silentFor(headOf(state), 3_600_000);

    await expect(acquire(state)).rejects.toMatchObject(held);
  });

  test('is succeeded at once when it is dead', async () => {
    const state = await heldBy({ pid: NO_PID });

    await (await acquire(state)).release();

    expect(readdirSync(leasesFolder(state))).toEqual([]);
  });

  test('is dead when its pid is another process by now', async () => {
    const state = await heldBy({ processStart: '1' });

    await (await acquire(state)).release();
  });

  test('is dead when it was killed, though its parent does not ask about it', async () => {
    const parent = spawnTied('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(await new Promise((resolve) => parent.stdout?.once('data', resolve)));
    const state = await heldBy({ pid, processStart: null });
    await expect(acquire(state)).rejects.toMatchObject(held);

    process.kill(pid, 'SIGKILL');
    const lease = await acquireSoon(fileLeases(state), 'a');

    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    await lease.release();
    parent.kill('SIGKILL');
  });

  test('is succeeded also when its successor died before it was done', async () => {
    const state = await heldBy({ pid: NO_PID });
    const next = (id: string) => join(leasesFolder(state), `${leaseName('a')}.${id}.next`);
    plant(next('other'), { ...(await thisProcess()), id: 'second', pid: NO_PID });
    plant(next('second'), { ...(await thisProcess()), id: 'third', processStart: '1' });

    const lease = await acquire(state);

    expect(readdirSync(leasesFolder(state))).toEqual([`${leaseName('a')}.json`]);
    await lease.release();
  });

  test('is not succeeded twice: who is about to do it is a holder', async () => {
    const state = await heldBy({ pid: NO_PID });
    const next = join(leasesFolder(state), `${leaseName('a')}.other.next`);
    plant(next, { ...(await thisProcess()), id: 'second', holder: 'the quicker' });

    await expect(acquire(state)).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('the quicker'),
    });
  });
});

describe.each([
  ['on another machine', { host: 'elsewhere', pid: NO_PID }],
  ['in another container of this machine', { processTable: 'same-boot pid:[1]', pid: NO_PID }],
])('a holder %s', (_, other) => {
  test('is not succeeded while it gives signs of life', async () => {
    const state = await heldBy(other);
    silentFor(headOf(state), TTL_MS / 2);

    await expect(acquire(state)).rejects.toMatchObject({
      ...held,
      hint: expect.stringContaining('1 s after its last sign'),
    });
  });

  test('is not succeeded because of a clock that runs ahead', async () => {
    const state = await heldBy(other);
    silentFor(headOf(state), -3_600_000);

    await expect(acquire(state)).rejects.toMatchObject(held);
  });

  test('is succeeded when it was silent for longer than the ttl', async () => {
    const state = await heldBy(other);
    silentFor(headOf(state), TTL_MS * 2);

    await (await acquire(state)).release();
  });
});

describe('the file of a lease', () => {
  test('tells who holds it, is for its owner alone, and gives signs of life', async () => {
    const state = join(makeTempFolder('lease'), 'state');
    const lease = await acquire(state);
    const before = statSync(headOf(state));
    const claim = JSON.parse(readFileSync(headOf(state), 'utf8'));

    await sleep(TTL_MS / 2);

    expect(claim).toMatchObject({ scope: 'a', holder: 'us', ...(await thisProcess()) });
    expect(before.mode & 0o777).toBe(0o600);
    expect(statSync(leasesFolder(state)).mode & 0o777).toBe(0o700);
    expect(statSync(headOf(state)).mtimeMs).toBeGreaterThan(before.mtimeMs);
    expect(JSON.parse(readFileSync(headOf(state), 'utf8'))).toEqual(claim);
    await lease.release();
    expect(readdirSync(leasesFolder(state))).toEqual([]);
  });

  test.each([
    ['empty', ''],
    ['cut off', '{"id":"x","scope":"a"'],
    ['written by hand', '"mine"'],
    ['a way out of the folder', '{"id":"../../x","scope":"a","holder":"h","host":"h","pid":1,"startedAtMs":1}'],
  ])('counts as held until it was silent for the ttl when it is %s', async (_, text) => {
    const state = await heldBy({});
    writeFileSync(headOf(state), text);

    await expect(acquire(state)).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('cannot be read'),
    });

    silentFor(headOf(state), TTL_MS * 2);
    await (await acquire(state)).release();
  });

  test('is left to whoever took the lease over, and the loss is noticed', async () => {
    const state = makeTempFolder('lease');
    const lease = await acquire(state);
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));
    const usurper = join(state, 'usurper');
    plant(usurper, { ...(await thisProcess()), id: 'usurper' });
    renameSync(usurper, headOf(state));
    const { mtimeMs } = statSync(headOf(state));

    await lost;
    await lease.release();

    expect(statSync(headOf(state)).mtimeMs).toBe(mtimeMs);
    await expect(acquire(state)).rejects.toMatchObject(held);
  });

  test('is not removed by a holder that has not yet noticed its loss', async () => {
    const state = await heldBy({ pid: NO_PID });
    const lease = await acquire(state);
    plant(headOf(state), { ...(await thisProcess()), id: 'usurper' });

    await lease.release();

    await expect(acquire(state)).rejects.toMatchObject(held);
  });

  test('leaves no drafts behind when the lease is refused', async () => {
    const state = await heldBy({});

    await expect(acquire(state)).rejects.toMatchObject(held);

    expect(readdirSync(leasesFolder(state))).toEqual([`${leaseName('a')}.json`]);
  });

  test('is tidied of the drafts of the dead, not of those of others', async () => {
    const state = makeTempFolder('lease');
    mkdirSync(leasesFolder(state));
    const file = (name: string) => join(leasesFolder(state), name);
    const names = {
      old: `${leaseName('a')}.1.draft`,
      young: `${leaseName('a')}.2.draft`,
      other: `${leaseName('b')}.3.draft`,
    };
    for (const name of Object.values(names)) writeFileSync(file(name), '');
    for (const name of [names.old, names.other]) silentFor(file(name), TTL_MS * 2);

    const lease = await acquire(state);
    await lease.release();

    expect(readdirSync(leasesFolder(state)).sort()).toEqual([names.young, names.other].sort());
  });
});

test('says what is in the way when there can be no files', async () => {
  const state = makeTempFolder('lease');
  writeFileSync(leasesFolder(state), 'a file');

  await expect(acquire(state)).rejects.toMatchObject({
    code: 'LEASE_UNAVAILABLE',
    message: expect.stringMatching(/^acquiring the lease of a: E(EXIST|NOTDIR)/),
  });
});
