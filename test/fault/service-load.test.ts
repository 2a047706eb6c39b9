import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { History, NewPlanRow } from '../../src/systems/history/contract.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';
import { type RunningCli, runCli } from '../support/run-cli.ts';
import { eventually } from '../support/service-rig.ts';
import {
  brokenJournals,
  openRegistryWorld,
  openServiceGround,
  repeated,
  type ServiceGround,
  unfinishedParts,
} from '../support/service-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * Ten schedules that are due in the same second, each with a registry of its own, on two replicas with one lease, over a history with a
 * thousand plans; and whoever runs them is killed in the middle. No run is done twice, none is lost, nothing is deleted twice.
 */

const NAMES = Array.from({ length: 10 }, (_, n) => `s${n}`);
const PAST_RUNS_EACH = 100;
const ROWS_EACH = 20;
/** For two services to start. */
const DUE_IN_MS = 25_000;

describeReal('a service under load', ['postgres', 'initdb'], () => {
  test('does ten runs of one moment once each, though it is killed among them', async () => {
    const database = await startPostgres();
    const worlds = await Promise.all(NAMES.map(() => openRegistryWorld()));
    const undisturbed = await openRegistryWorld();
    const ground = await openServiceGround(database.url, NAMES);
    await Promise.all(NAMES.map((name) => fillHistory(ground.history, name)));
    await reconcile(undisturbed.settings);
    const goal = undisturbed.deleted.length;
    const dueAtMs = Math.ceil((Date.now() + DUE_IN_MS) / 1000) * 1000;
    const serve = [
      'parallel: 3',
      'schedules:',
      ...worlds.map((world, n) => scheduleLine(`s${n}`, world.settings, dueAtMs)),
    ];
    const lease = `lease: {kind: postgres, url: '${database.url}', ttl: 5s}`;
    const replicas = [await ground.start(serve, [lease]), await ground.start(serve, [lease])];

    await eventually('some are done', async () => (await dueRuns(ground, dueAtMs, 'done')).length >= 2, 120_000);
    const leader = await leaderOf(ground, replicas);
    leader.kill('SIGKILL');
    await eventually(
      'all are done',
      async () => (await dueRuns(ground, dueAtMs, 'done')).length === NAMES.length,
      300_000,
    );

    const runs = await ground.history.runs({ limit: 5000 });
    expect(runs).toHaveLength((PAST_RUNS_EACH + 1) * NAMES.length);
    for (const run of await dueRuns(ground, dueAtMs)) {
      expect(run.trigger).toBe('schedule');
      expect(await unfinishedParts(ground.history, run)).toEqual([]);
    }
    for (const world of worlds) {
      expect(repeated(world.deleted)).toEqual([]);
      expect(world.deleted).toHaveLength(goal);
      expect(await world.hurt()).toEqual([]);
    }
    expect(await brokenJournals(ground.stateDir)).toEqual([]);
    expect(await ground.history.inventories()).toHaveLength(NAMES.length);
  });
});

const seconds = (atMs: number) => new Date(atMs).toISOString().slice(0, 19);

async function dueRuns({ history }: ServiceGround, dueAtMs: number, state?: 'done') {
  const runs = await history.runs({ limit: 100, ...(state === undefined ? {} : { states: [state] }) });
  return runs.filter((run) => seconds(run.dueAtMs) === seconds(dueAtMs));
}

function scheduleLine(name: string, settings: string, dueAtMs: number): string {
  const config = join(makeTempFolder('settings'), 'winnow.yaml');
  const at = new Date(dueAtMs);
  const cron = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
  writeFileSync(config, settings);
  return `  - {name: ${name}, flow: reconcile, cron: '${cron}', mode: auto, config: '${config}'}`;
}

async function reconcile(settings: string): Promise<void> {
  const config = join(makeTempFolder('settings'), 'winnow.yaml');
  writeFileSync(config, settings);
  const { code, stderr } = await runCli(['reconcile', '--config', config, '--confirm']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

async function fillHistory(history: History, schedule: string): Promise<void> {
  for (let n = 1; n <= PAST_RUNS_EACH; n += 1) {
    const atMs = Date.now() - n * 3_600_000;
    const id = `${schedule}-past-${n}`;
    await history.claimRun({
      ...{ id, schedule, flow: 'reconcile', trigger: 'schedule', dueAtMs: atMs, state: 'done', endedAtMs: atMs },
      ...{ counts: { found: 15, planned: 20, removed: 10 }, plannedBytes: 1e9, gaps: 10 },
    });
    await history.savePlan(id, '{"winnow":"plan/v1"}', rows(id), ['{"end":{}}']);
  }
}

function* rows(id: string): Generator<NewPlanRow> {
  for (let n = 0; n < ROWS_EACH; n += 1)
    yield {
      ...{ n, verb: 'delete-tag', group: 'team/app', target: `r/team/app:${n}`, reasonCode: 'inactive-record' },
      ...{ reason: 'nobody uses it', freesBytes: 10, line: JSON.stringify({ id, n }) },
    };
}

async function leaderOf({ history }: ServiceGround, replicas: readonly RunningCli[]): Promise<RunningCli> {
  let leader: RunningCli | undefined;
  await eventually('a leader', async () => {
    const told = (await history.events({ limit: 5000 })).filter(({ type }) => type === 'leader').at(-1);
    leader = replicas.find(({ pid }) => String(told?.data['replica']).endsWith(`/${pid}`));
    return leader !== undefined;
  });
  return leader ?? expect.fail('nobody leads');
}
