import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type FaultProxy, type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
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

/** A registry that takes its time with the third deletion, until it is let go on. */
async function openWorld() {
  const folder = await smallWorldFolder();
  const home = makeTempFolder('home');
  const server = await serveFolder(folder, { deleteByTag: true });
  for (const line of await holdings(server.url, folder)) {
    const [, repository, reference] = /^([^:@]+)[:@](\S+)/.exec(line) ?? [];
    there.add(`/v2/${repository}/manifests/${reference}`);
  }
  let isSlow = true;
  let deletions = 0;
  const proxy = await startFaultProxy(server.url, (request) => {
    if (!isDeletion(request)) return 'pass';
    deletions += 1;
    return isSlow && deletions === 3 ? { delayMs: 10_000 } : 'pass';
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
    quicken: () => {
      isSlow = false;
    },
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
  const end = await first.exited;

  expect(second.code, second.stdout + second.stderr).toBe(4);
  expect(second.stdout).toContain('LEASE_HELD');
  expect(second.stdout).toContain(JSON.parse(end.stdout).runId);
  expect(end.code, end.stderr).toBe(0);
  const deletions = deletionsOf(world.proxy);
  expect(new Set(deletions).size).toBe(deletions.length);
  expect(await world.hurt()).toEqual([]);
});

test('when the first is killed, the next run takes over at once', async () => {
  const world = await openWorld();
  const first = world.start();
  await untilDeleting(world.proxy);
  first.kill('SIGKILL');
  expect((await first.exited).signal).toBe('SIGKILL');
  world.quicken();

  const began = Date.now();
  const next = await world.run();

  expect(next.code, next.stdout + next.stderr).toBe(0);
  expect(JSON.parse(next.stdout).durationMs, `the whole process took ${Date.now() - began} ms`).toBeLessThan(10_000);
  expect((await world.holds()).some((line) => line.startsWith('team/app:step-1 '))).toBe(false);
  expect(await world.hurt()).toEqual([]);
});
