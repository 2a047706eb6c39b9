import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Accident } from '../support/killing-proxy.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';
import type { RunningCli } from '../support/run-cli.ts';
import { runCli } from '../support/run-cli.ts';
import { admin, eventually } from '../support/service-rig.ts';
import {
  brokenJournals,
  childOf,
  openRegistryWorld,
  openServiceGround,
  type RegistryWorld,
  repeated,
  type ServiceGround,
  unfinishedParts,
} from '../support/service-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * The service as it is built, ended for good (SIGKILL) while a run of it removes things from a registry: itself, its child, or the database
 * below it. Whatever it was, the run ends once, all that its plan says is gone, nothing was deleted twice, and nothing that stays is hurt.
 */

const NAME = 'nightly';
const schedules = [`schedules: [{name: ${NAME}, flow: reconcile, cron: 0 0 1 1 *, mode: approve}]`];

describeReal('a service that dies', ['postgres', 'initdb'], () => {
  let database: Postgres;
  let goal: readonly string[];
  let databases = 0;

  beforeAll(async () => {
    database = await startPostgres();
    goal = await undisturbedEnd();
  });

  /** What there is once an undisturbed run is through. */
  async function undisturbedEnd(): Promise<readonly string[]> {
    const world = await openRegistryWorld();
    const config = join(makeTempFolder('settings'), 'winnow.yaml');
    writeFileSync(config, world.settings);
    const { code, stderr } = await runCli(['reconcile', '--config', config, '--confirm']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(repeated(world.deleted)).toEqual([]);
    return await world.holdings();
  }

  /** A world, and a database of its own. @param lease - the settings' */
  async function open(lease: (url: string) => string) {
    databases += 1;
    await database.sql(`create database fault_${databases}`);
    const url = database.url.replace(/postgres$/, `fault_${databases}`);
    const world = await openRegistryWorld();
    const ground = await openServiceGround(url, [NAME]);
    const start = () => ground.start(schedules, [world.settings, lease(url)]);
    return { world, ground, start };
  }

  /** Plans, arms the accident, and approves: what counts is what the run changes, not what its plan asked for. @returns the run's id */
  async function approved(
    { desk, until }: ServiceGround,
    { proxy }: RegistryWorld,
    { n, when }: Accident,
    strike: () => Promise<unknown>,
  ): Promise<string> {
    const { id } = await desk.start(NAME, admin);
    const { planHash = '' } = await until(id, 'waiting');
    proxy.arm({ n: proxy.changes.length + n, when }, strike);
    await desk.approve(id, admin, planHash);
    return id;
  }

  async function assertWhole(world: RegistryWorld, ground: ServiceGround, runId: string): Promise<void> {
    const run = await ground.until(runId, 'done');
    expect(await unfinishedParts(ground.history, run)).toEqual([]);
    expect(await world.holdings()).toEqual(goal);
    expect(repeated(world.deleted)).toEqual([]);
    expect(await world.hurt()).toEqual([]);
    expect(await brokenJournals(ground.stateDir)).toEqual([]);
    expect((await ground.history.runs({ limit: 10 })).map(({ id, state }) => `${id} ${state}`)).toEqual([
      `${runId} done`,
    ]);
  }

  const byFile = () => 'lease: {kind: file, ttl: 5s}';
  const byDatabase = (url: string) => `lease: {kind: postgres, url: '${url}', ttl: 5s}`;

  test.each([
    { n: 1, when: 'before' },
    { n: 4, when: 'after' },
    { n: 9, when: 'before' },
  ] as const)('in mid-apply, $when its change $n, goes on with that run at its next start', async (accident) => {
    const { world, ground, start } = await open(byFile);
    const first = await start();
    const id = await approved(ground, world, accident, async () => {
      first.kill('SIGKILL');
      await first.exited;
    });
    expect((await first.exited).signal).toBe('SIGKILL');
    expect((await ground.history.run(id))?.state).toBe('applying');

    const second = await start();
    await assertWhole(world, ground, id);

    second.kill('SIGTERM');
    expect((await second.exited).code).toBe(0);
  });

  test('politely, in mid-apply, leaves the rest to its next start; and what was removed can all be brought back', async () => {
    const { world, ground, start } = await open(byFile);
    const before = await world.holdings();
    const first = await start();
    const id = await approved(ground, world, { n: 5, when: 'after' }, async () => first.kill('SIGTERM'));
    expect((await first.exited).code).toBe(0);
    expect(await ground.history.run(id)).toMatchObject({ state: 'interrupted' });
    await start();
    await assertWhole(world, ground, id);

    const undoing = await ground.desk.undo(id, admin);
    await ground.until(undoing.id, 'done');

    expect(await world.holdings()).toEqual(before);
    expect((await ground.history.run(id))?.undoneBy).toBe('ada');
  });

  test('loses its child in mid-apply and begins it again', async () => {
    const { world, ground, start } = await open(byFile);
    const service = await start();
    let killed: number | undefined;

    const id = await approved(ground, world, { n: 5, when: 'after' }, async () => {
      killed = childOf(service.pid, 'apply');
      if (killed !== undefined) process.kill(killed, 'SIGKILL');
    });
    await assertWhole(world, ground, id);

    expect(killed).toBeGreaterThan(0);
    const states = (await ground.history.events({ runId: id, limit: 1000 })).filter(({ type }) => type === 'run.state');
    expect(states.map(({ data }) => data['state'])).toContain('interrupted');
  });

  test('is succeeded by its other replica, which goes on with the run, and schedules are run by one of them', async () => {
    const { world, ground, start } = await open(byDatabase);
    const replicas = [await start(), await start()];
    const leader = await leaderOf(ground, replicas);

    const id = await approved(ground, world, { n: 6, when: 'after' }, async () => {
      leader.kill('SIGKILL');
      await leader.exited;
    });
    await assertWhole(world, ground, id);

    const run = await ground.history.run(id);
    expect(run?.replica).not.toContain(`/${leader.pid}`);
    expect(run?.journals).toHaveLength(2);
  });

  test.each([
    ['with its lease', byDatabase],
    ['without its lease', byFile],
  ])('not, but its database, %s, goes on when that is back', async (_, lease) => {
    const { world, ground, start } = await open(lease);
    const service = await start();
    const id = await approved(ground, world, { n: 4, when: 'before' }, () => database.kill());
    await eventually(
      'the trouble',
      () =>
        service.stderr().includes('the history can not be reached') ||
        service.stderr().includes('the schedules stand still') ||
        service.stderr().includes('lease of the service is lost'),
      60_000,
    );

    await database.restart();
    await assertWhole(world, ground, id);

    expect(service.stderr()).not.toContain('a run has failed');
  });
});

async function leaderOf({ history }: ServiceGround, replicas: readonly RunningCli[]): Promise<RunningCli> {
  let leader: RunningCli | undefined;
  await eventually('a leader', async () => {
    const told = (await history.events({ limit: 100 })).filter(({ type }) => type === 'leader').at(-1);
    leader = replicas.find(({ pid }) => String(told?.data['replica']).endsWith(`/${pid}`));
    return leader !== undefined;
  });
  return leader ?? expect.fail('nobody leads');
}
