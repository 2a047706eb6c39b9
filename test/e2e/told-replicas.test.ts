import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listen } from '../../src/service/http/listen.ts';
import { histories } from '../../src/systems/history/index.ts';
import { leaseKeepers } from '../../src/systems/lease/index.ts';
import { atEnd } from '../support/at-end.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { freePort } from '../support/free-port.ts';
import { httpRig } from '../support/http-rig.ts';
import { startPostgres } from '../support/postgres.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { builtCli } from '../support/run-cli.ts';
import { admin, eventually, scheduleNamed, serveSettings, startRig } from '../support/service-rig.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** One replica runs the schedules, another is told by the registry. They share a database, and no folder. */
async function twoReplicas() {
  const database = await startPostgres();
  const registry = await startDockerRegistry();
  const open = async () => {
    const history = await histories.postgres({ url: database.url, timeoutMs: 2000 });
    atEnd(() => history.close());
    return history;
  };
  const listener = httpRig({ parts: { history: await open(), stateDir: makeTempFolder('listener'), nowMs: Date.now } });
  const port = await freePort();
  const server = await listen(listener.app, { host: '127.0.0.1', port });
  atEnd(() => server.close());
  const url = `http://127.0.0.1:${port}/notifications/${registry.host}`;
  const endpoint = { name: 'winnow', url, timeout: '5s', threshold: 2, backoff: '200ms' };
  await registry.restart({ settings: { notifications: { endpoints: [endpoint] } } });

  const settingsWith = (pushLease: string) => {
    const file = join(makeTempFolder('settings'), 'winnow.yaml');
    const policy = { name: 'all', repositories: ['**'], deleteMatching: ['*'] };
    const limits = { maxShare: 1 };
    const prune = { minAge: '0s', policies: [policy] };
    const reach = { url: registry.url, forceInsecure: true };
    writeFileSync(file, JSON.stringify({ registry: reach, limits, prune, serve: { notifications: { pushLease } } }));
    return file;
  };
  const schedule = (name: string, pushLease: string) =>
    scheduleNamed(name, {
      ...{ flow: 'prune', mode: 'approve', arguments: ['--no-clusters'], config: settingsWith(pushLease) },
    });
  const leader = startRig({
    ...{ history: await open(), leases: leaseKeepers.memory(), stateDir: makeTempFolder('leader') },
    winnow: {
      command: { file: process.execPath, args: [builtCli()] },
      env: { PATH: process.env['PATH'] ?? '', HOME: makeTempFolder('home') },
    },
    settings: () => serveSettings([schedules.long, schedules.short]),
    times: { graceMs: 20_000 },
  });
  const schedules = { long: schedule('long', '1h'), short: schedule('short', '200ms') };
  /** Until the leader's history has a push of a tag, since a moment. */
  const told = (tag: string, sinceMs = 0) =>
    eventually(`${tag} is told`, async () => {
      for await (const one of leader.history.told!.transfers(registry.host))
        if (one.action === 'push' && one.tag === tag && one.atMs >= sinceMs) return true;
      return false;
    });
  return { database, registry, listener, leader, told };
}

describeReal('a registry that tells one of two replicas', ['docker-registry', 'postgres', 'initdb'], () => {
  test('is heard by the runs of the other one; and while nobody can note it, it tells again', async () => {
    const { database, registry, listener, leader, told } = await twoReplicas();
    const { desk, until, history } = leader;
    await pushImage(registry.url, 'team/app', { tag: 'again' });
    await pushImage(registry.url, 'team/app', { tag: 'old', label: 'old' });
    await told('old');
    await sleep(300);

    const held = await until((await desk.start('long', admin)).id, 'nothing', 'waiting', 'failed');
    const planned = await until((await desk.start('short', admin)).id, 'waiting', 'failed');
    expect([held.state, planned.counts?.planned]).toEqual(['nothing', 4]);

    const againAtMs = Date.now();
    await pushImage(registry.url, 'team/app', { tag: 'again' });
    await told('again', againAtMs);
    await desk.approve(planned.id, admin, planned.planHash ?? '');
    const applied = await until(planned.id, 'partial', 'done', 'failed');

    const rows = await history.planRows(applied.id, { outcome: 'skipped', limit: 10 });
    expect(rows.map(({ outcomeWhy }) => outcomeWhy)).toContainEqual(expect.stringContaining('pushed since'));
    const { tags } = (await (await fetch(`${registry.url}/v2/team/app/tags/list`)).json()) as { tags: string[] };
    expect(tags).toEqual(['again']);

    await database.stop();
    await pushImage(registry.url, 'team/app', { tag: 'in-the-dark' });
    await eventually('a refusal', () => listener.logged.join().includes('noting what'));
    expect(await (await listener.ask('/readyz')).text()).toContain('they tell it again');
    await database.restart();

    await told('in-the-dark');
  });
});
