import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scheduleNamed, serveSettings } from '../../../test/support/service-rig.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { RunState } from '../../systems/history/contract.ts';
import { histories } from '../../systems/history/index.ts';
import { forgetOld, removeLeftFiles } from './retention.ts';
import { evidenceOf, keepEvidence } from './run-files.ts';
import { runnerTimes } from './runner-parts.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();

function parts() {
  const history = histories.memory();
  const stateDir = makeTempFolder('state');
  const told: string[] = [];
  const log = { debug: () => undefined, info: () => undefined, warn: (words: string) => void told.push(words) };
  const addRun = (id: string, state: RunState, endedAtMs: number) =>
    history.claimRun({
      ...{ id, schedule: 'a', flow: 'prune', trigger: 'schedule', dueAtMs: endedAtMs, state },
      ...(state === 'waiting' ? {} : { endedAtMs }),
    });
  return {
    ...{ history, stateDir, told, addRun },
    runner: {
      ...{
        history,
        stateDir,
        log,
        config: undefined,
        env: {},
        replica: 'r',
        tell: () => undefined,
        times: runnerTimes,
      },
      ...{ settings: () => serveSettings([scheduleNamed('a')]), nowMs: () => NOW_MS, command: { file: 'x', args: [] } },
    },
  };
}

test('what ended before its time is forgotten; what is open stays, and so does the last', async () => {
  const { history, runner, addRun } = parts();
  await addRun('old', 'done', NOW_MS - 91 * DAY_MS);
  await addRun('open', 'waiting', NOW_MS - 91 * DAY_MS);
  await addRun('new', 'done', NOW_MS - 89 * DAY_MS);

  await forgetOld(runner);

  expect((await history.runs({ limit: 10 })).map(({ id }) => id).sort()).toEqual(['new', 'open']);
});

test('evidence is kept for the last run about a target, and no longer than runs are', async () => {
  const { stateDir, runner } = parts();
  for (const content of ['first', 'second']) {
    const from = join(stateDir, 'evidence.ndjson');
    writeFileSync(from, content);
    await keepEvidence(stateDir, from, 'registry.example:5000', 'a');
  }
  const kept = await evidenceOf(stateDir, 'registry.example:5000');
  expect(kept?.schedule).toBe('a');
  expect(await evidenceOf(stateDir, 'other.example')).toBeUndefined();

  const old = new Date(NOW_MS - 91 * DAY_MS);
  for (const name of readdirSync(join(stateDir, 'service', 'evidence')))
    utimesSync(join(stateDir, 'service', 'evidence', name), old, old);
  await forgetOld(runner);

  expect(await evidenceOf(stateDir, 'registry.example:5000')).toBeUndefined();
});

test('files of runs that are over are swept at the start, those of open ones are not', async () => {
  const { stateDir, runner, addRun } = parts();
  const folder = (id: string) => join(stateDir, 'service', 'runs', id);
  await addRun('open', 'waiting', NOW_MS);
  await addRun('over', 'done', NOW_MS);
  for (const id of ['open', 'over', 'unknown']) mkdirSync(folder(id), { recursive: true });

  await removeLeftFiles(runner);

  expect(['open', 'over', 'unknown'].map((id) => existsSync(folder(id)))).toEqual([true, false, false]);
});

test('a history that is gone is told of, and changes nothing', async () => {
  const { runner, told } = parts();
  const broken = { ...runner.history, forget: async () => Promise.reject(new Error('it is gone')) };

  await forgetOld({ ...runner, history: broken });

  expect(told).toEqual(['old runs could not be forgotten']);
});
