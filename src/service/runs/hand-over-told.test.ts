import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually, quickTimes, scheduleNamed } from '../../../test/support/service-rig.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { ScheduledFlow } from '../../config/serve-settings.ts';
import type { History } from '../../systems/history/contract.ts';
import { histories } from '../../systems/history/index.ts';
import { digestA, timeOf } from '../../systems/pulls/contract.suite.ts';
import { notificationFiles, openPulls } from '../../systems/pulls/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { handOverTold, withPushesHandedOver } from './hand-over-told.ts';
import { openRunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';

const HOST = 'registry.example:5000';
const of = (tag: string) => ({
  repository: 'team/app',
  digest: digestA,
  tag,
  userAgent: 'docker/24 x',
  actor: 'carol',
});

async function rig({ flow = 'prune' as ScheduledFlow, startedAtMs = timeOf('10:00') } = {}) {
  const history = histories.memory('told');
  const nowMs = () => timeOf('12:00');
  await history.told!.note(
    HOST,
    [
      { atMs: timeOf('08:00'), pull: of('v1') },
      { atMs: timeOf('09:00'), push: of('v1') },
    ],
    timeOf('09:00'),
  );
  const parts = {
    ...{ history, nowMs, times: quickTimes },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  } as unknown as RunnerParts;
  const run = { id: 'a', startedAtMs };
  const gone = new AbortController().signal;
  const task = { run, gone, schedule: scheduleNamed('a', { flow }) } as unknown as RunTask;
  const files = await openRunFiles(makeTempFolder('told'), 'a');
  const read = () => openPulls({ files: notificationFiles(files.folder, HOST), userAgents: [], actors: [] }).read(gone);
  return { parts, task, files, history, read };
}

/** As a database that is gone, until it is back. */
function breakable(history: History) {
  let isGone = false;
  const told = history.told!;
  const registries = async () => {
    if (isGone) throw new CodedError('HISTORY_UNAVAILABLE', 'reading: it is gone');
    return await told.registries();
  };
  const set = (gone: boolean) => {
    isGone = gone;
  };
  return { history: { ...history, told: { ...told, registries } }, set };
}

describe('what replicas know of a registry', () => {
  test('is there for a plan as if the registry had told it here, and so is since when it is known', async () => {
    const { parts, task, files, read, history } = await rig();
    await history.told!.note(HOST, [{ atMs: timeOf('07:00'), pull: of('told-late') }], timeOf('09:00'));

    await handOverTold(parts, task, files);

    const { times, pushes, holes } = await read();
    expect(times.knownSinceMs).toBe(timeOf('08:00'));
    expect(times.ofTag('team/app', 'v1')).toBe(timeOf('08:00'));
    expect(times.ofTag('team/app', 'told-late')).toBe(timeOf('08:00'));
    expect(pushes.ofManifest('team/app', digestA)).toEqual({ atMs: timeOf('09:00'), through: 'docker/24 (carol)' });
    expect(holes).toEqual([]);
  });

  test('is not asked for by flows that do not go by it', async () => {
    const { parts, task, files } = await rig({ flow: 'hard-prune' });

    await handOverTold(parts, task, files);
    await withPushesHandedOver(parts, task, files, async () => undefined);

    expect(readdirSync(files.folder)).toEqual([]);
  });

  test('is renewed while a plan is applied: pushes since it was begun', async () => {
    const { parts, task, files, read, history } = await rig();

    await withPushesHandedOver(parts, task, files, async () => {
      expect((await read()).pushes.ofTag('team/app', 'v1')).toBeUndefined();
      await history.told!.note(HOST, [{ atMs: timeOf('11:00'), push: of('v1') }], timeOf('11:00'));
      await eventually('the push', async () => (await read()).pushes.ofTag('team/app', 'v1') !== undefined);
    });
  });

  test('is a hole once the history does not answer for a while, and whole when it does again', async () => {
    const { parts, task, files, read, history } = await rig();
    const broken = breakable(history);
    let clockMs = timeOf('12:00');
    const nowMs = () => {
      clockMs += 10;
      return clockMs;
    };

    await withPushesHandedOver({ ...parts, nowMs, history: broken.history }, task, files, async () => {
      expect((await read()).holes).toEqual([]);
      broken.set(true);
      await eventually('a hole', async () => (await read()).holes.length > 0);
      expect((await read()).times.knownSinceMs).toBeUndefined();
      broken.set(false);
      await eventually('no hole', async () => (await read()).holes.length === 0);
    });
  });
});
