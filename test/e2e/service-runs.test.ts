import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { histories } from '../../src/systems/history/index.ts';
import { leaseKeepers } from '../../src/systems/lease/index.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';
import { builtCli } from '../support/run-cli.ts';
import { admin, scheduleNamed, serveSettings, startRig } from '../support/service-rig.ts';
import { openRegistryWorld } from '../support/service-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Runs of the service by the command as it is built, on a real registry of the tests' own. */
async function rig(more: readonly string[], flow: 'prune' | 'reconcile') {
  const world = await openRegistryWorld();
  const config = join(makeTempFolder('settings'), 'winnow.yaml');
  writeFileSync(config, [world.settings, ...more].join('\n'));
  const service = startRig({
    ...{ history: histories.memory(), leases: leaseKeepers.memory(), stateDir: makeTempFolder('state'), config },
    winnow: {
      command: { file: process.execPath, args: [builtCli()] },
      env: { PATH: process.env['PATH'] ?? '', HOME: makeTempFolder('home') },
    },
    settings: () =>
      serveSettings([
        scheduleNamed('a', { flow, mode: 'approve', arguments: flow === 'prune' ? ['--no-clusters'] : [] }),
      ]),
    times: { graceMs: 20_000 },
  });
  return { world, service };
}

const POLICY =
  'prune: {minAge: 0s, policies: [{name: all, repositories: ["team/*"], deleteMatching: ["*old", step-1]}]}';

test('a run of prune leaves its plan to the byte, what it saw, and evidence to try other policies on', async () => {
  const { world, service } = await rig([POLICY], 'prune');
  const { history, desk } = service;

  const run = await service.until((await desk.start('a', admin)).id, 'waiting');
  const target = run.target ?? '';

  expect(world.proxy.url).toContain(target);
  let document = '';
  for await (const line of history.planLines(run.id)) document += `${line}\n`;
  expect(sha256Hex(document)).toBe(run.planHash);
  const sums = await history.planSums(run.id, {});
  expect(sums).toMatchObject({ actions: run.counts?.planned, freesBytes: run.plannedBytes });
  expect(sums.byGroup.map(({ key }) => key).sort()).toEqual(['team/app', 'team/multi', 'team/signed']);
  expect(await history.inventories()).toMatchObject([{ target, flow: 'prune', tags: run.counts?.found }]);
  expect(await history.disks()).toMatchObject([{ target, kind: 'registry' }]);

  const never = new AbortController().signal;
  const tried = await desk.tryPolicies(target, POLICY.replace('step-1', 'step-*'), admin, never);
  expect(JSON.stringify(tried)).toContain('team/app:step-2');
  await expect(
    desk.tryPolicies(target, POLICY.replace('name: all', 'keepNewest: many'), admin, never),
  ).rejects.toMatchObject({ code: 'POLICY_INVALID', message: expect.not.stringContaining('/tmp') });
});

test('a run of reconcile is applied as it was approved, tells its progress, and nothing but its plan goes', async () => {
  const { world, service } = await rig([], 'reconcile');
  const { history, desk } = service;
  const { id, planHash = '', counts } = await service.until((await desk.start('a', admin)).id, 'waiting');

  await desk.approve(id, admin, planHash);
  const run = await service.until(id, 'done');

  expect(run.counts).toMatchObject({ planned: counts?.planned, removed: counts?.planned, skipped: 0, failed: 0 });
  expect(run.progress).toMatchObject({ title: 'removing', total: counts?.planned });
  expect(run.freedBytes).toBe(run.plannedBytes);
  expect(JSON.parse((await history.report(id)) ?? '{}')).toMatchObject({ kind: 'RunReport', planId: run.planId });
  expect(await world.hurt()).toEqual([]);
  const logged = (await history.events({ runId: id, limit: 1000 })).filter(({ type }) => type === 'run.log');
  expect(logged.map(({ data }) => data['words'])).toContain('applying');
});
