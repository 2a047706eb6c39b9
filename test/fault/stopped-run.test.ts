import { expect, test } from 'vitest';
import { type Fault, type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
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

const records = writeRows(smallWorldRows);

async function openWorld(decide: (request: ProxiedRequest) => Fault) {
  const folder = await smallWorldFolder();
  const server = await serveFolder(folder);
  const proxy = await startFaultProxy(server.url, decide);
  const home = makeTempFolder('home');
  const args = ['--registry', proxy.url, '--records', `file:${records}`, ...smallWorldClasses, '--concurrency', '1'];
  return {
    ...{ proxy, home, url: proxy.url },
    holdings: () => holdings(server.url, folder),
    reconcile: (...more: readonly string[]) => ['reconcile', ...args, ...more],
  };
}

/** Resolves when the proxy has seen so many requests with this method. */
async function seen(requests: readonly ProxiedRequest[], method: string, count: number, match = /./): Promise<void> {
  while (requests.filter((one) => one.method === method && match.test(one.path)).length < count)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a signal while it looks ends it without a change, and that is no bug of its own', async () => {
  const world = await openWorld(({ path }) => (path.includes('/tags/list') ? 'hang' : 'pass'));
  const run = spawnCli(world.reconcile('--confirm'), { home: world.home });
  await seen(world.proxy.requests, 'GET', 1, /tags\/list/);
  run.kill('SIGINT');
  const { code, stdout, stderr } = await run.exited;

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/error: stopped by SIGINT before anything was changed \(STOPPED\)\nhint: /);
  expect(world.proxy.requests.filter(({ method, path }) => method === 'DELETE' && !/0{64}|probe/.test(path))).toEqual(
    [],
  );
  expect((await runCli(['run', 'ls', '-o', 'json'], { home: world.home })).stdout).toContain('"items": []');
});

test('a signal while it deletes lets it finish what is in hand; the next run does the rest, and both can be undone', async () => {
  const world = await openWorld(({ method }) => (method === 'DELETE' ? { delayMs: 50 } : 'pass'));
  const before = await world.holdings();
  const run = spawnCli(world.reconcile('--confirm', '-o', 'json'), { home: world.home });
  await seen(world.proxy.requests, 'DELETE', 4);
  run.kill('SIGTERM');
  const stopped = await run.exited;
  const between = await world.holdings();
  const hurt = await hurtImages(world.url, smallWorldRows);
  const next = await runCli(world.reconcile('--confirm', '-o', 'json'), { home: world.home });

  const report = JSON.parse(stopped.stdout);
  expect([stopped.code, report.stopped]).toEqual([3, true]);
  expect(report.counts.done).toBeGreaterThan(0);
  expect(report.counts.skipped).toBeGreaterThan(0);
  expect(between.length).toBe(before.length - report.counts.done);
  expect(hurt).toEqual([]);
  expect([next.code, JSON.parse(next.stdout).counts]).toEqual([
    0,
    { done: report.counts.skipped, alreadyGone: 0, skipped: 0, failed: 0 },
  ]);
  for (const { runId } of [JSON.parse(next.stdout), report])
    expect((await runCli(['undo', runId], { home: world.home })).code).toBe(0);
  expect(await world.holdings()).toEqual(before);
});
