import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { leaseKeepers } from '../../src/systems/lease/index.ts';
import { type FaultProxy, type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
import { pushImage } from '../support/push-image.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import {
  holdings,
  hurtImages,
  serveFolder,
  smallWorldClasses,
  smallWorldFolder,
  smallWorldRows,
  writeRows,
} from '../support/small-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** The paths of all manifests and tags that the small world begins with: the same for each copy. */
const there = new Set<string>();

/** A registry that does not come to an end with the third deletion, until it is let go on. */
async function openWorld() {
  const folder = await smallWorldFolder();
  const home = makeTempFolder('home');
  const server = await serveFolder(folder, { deleteByTag: true });
  for (const line of await holdings(server.url, folder)) {
    const [, repository, reference] = /^([^:@]+)[:@](\S+)/.exec(line) ?? [];
    there.add(`/v2/${repository}/manifests/${reference}`);
  }
  let letGoOn = () => {};
  const until = new Promise<void>((resolve) => {
    letGoOn = resolve;
  });
  let deletions = 0;
  const proxy = await startFaultProxy(server.url, (request) => {
    if (!isDeletion(request)) return 'pass';
    deletions += 1;
    return deletions === 3 ? { until } : 'pass';
  });
  const args = [
    ...['reconcile', '--registry', proxy.url, '--records', `file:${writeRows(smallWorldRows)}`, ...smallWorldClasses],
    ...['--state-dir', `${home}/state`, '--concurrency', '1', '--confirm', '-o', 'json'],
  ];
  return {
    proxy,
    start: () => spawnCli(args, { home }),
    run: () => runCli(args, { home }),
    holds: () => holdings(server.url, folder),
    hurt: () => hurtImages(server.url, smallWorldRows),
    letGoOn,
  };
}

function deletionsOf({ requests }: FaultProxy): readonly string[] {
  return requests.filter(isDeletion).map(({ path }) => path);
}

/** Each run also tries, on a digest and a tag that are not there, whether deleting is allowed: that is no deletion. */
function isDeletion({ method, path }: ProxiedRequest): boolean {
  return method === 'DELETE' && there.has(path);
}

async function untilDeleting(proxy: FaultProxy): Promise<void> {
  for (const deadline = Date.now() + 30_000; deletionsOf(proxy).length < 3; await sleep(20))
    if (Date.now() > deadline) throw new Error('the first run has deleted nothing within 30 s');
}

test('a second run ends at once and names the first, and nothing is deleted twice', async () => {
  const world = await openWorld();
  const first = world.start();
  await untilDeleting(world.proxy);

  const second = await world.run();
  world.letGoOn();
  const end = await first.exited;

  expect(second.code, second.stdout + second.stderr).toBe(4);
  expect(second.stdout).toContain('LEASE_HELD');
  expect(second.stdout).toContain(JSON.parse(end.stdout).runId);
  expect(end.code, end.stderr).toBe(0);
  const deletions = deletionsOf(world.proxy);
  expect(new Set(deletions).size).toBe(deletions.length);
  expect(await world.hurt()).toEqual([]);
});

test('a run that found another at work takes nothing for removed: tags that vanish after it are missed', async () => {
  const home = makeTempFolder('home');
  const server = await serveFolder(makeTempFolder('registry'), { deleteByTag: true });
  const rows: Record<string, 'archived' | 'running'> = {};
  for (let n = 1; n <= 24; n += 1) {
    await pushImage(server.url, 'team/app', { tag: `t${n}`, label: `${n}`, layers: ['common'] });
    rows[`team/app:t${n}`] = n <= 18 ? 'archived' : 'running';
  }
  const records = ['--records', `file:${writeRows(rows)}`, ...smallWorldClasses];
  const args = ['reconcile', '--registry', server.url, ...records, '--state-dir', `${home}/state`];
  const leases = leaseKeepers.file(`${home}/state`, { ttlMs: 60_000 });
  const scope = `registry ${new URL(server.url).host}`;
  const lease = await leases.acquire(scope, 'the test', new AbortController().signal);

  const second = await runCli([...args, '--confirm'], { home });
  await lease.release();
  await leases.close();
  for (let n = 1; n <= 14; n += 1) await fetch(`${server.url}/v2/team/app/manifests/t${n}`, { method: 'DELETE' });
  const next = await runCli(args, { home });

  expect(second.code, second.stdout + second.stderr).toBe(4);
  expect(second.stderr).toContain('LEASE_HELD');
  expect(next.code, next.stdout + next.stderr).toBe(4);
  expect(next.stdout).toContain('maxDropShare: the registry had 24 tags at the last run and has 10 now');
});

test('when the first is killed, the next run takes over at once', async () => {
  const world = await openWorld();
  const first = world.start();
  await untilDeleting(world.proxy);
  first.kill('SIGKILL');
  expect((await first.exited).signal).toBe('SIGKILL');
  world.letGoOn();

  const began = Date.now();
  const next = await world.run();

  expect(next.code, next.stdout + next.stderr).toBe(0);
  expect(JSON.parse(next.stdout).durationMs, `the whole process took ${Date.now() - began} ms`).toBeLessThan(10_000);
  expect((await world.holds()).some((line) => line.startsWith('team/app:step-1 '))).toBe(false);
  expect(await world.hurt()).toEqual([]);
});
