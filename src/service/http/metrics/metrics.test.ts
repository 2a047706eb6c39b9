import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aRun, httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import type { History, NewPlanRow, RunRecord } from '../../../systems/history/contract.ts';
import { histories } from '../../../systems/history/index.ts';
import type { ScheduleView } from '../../desk.ts';
import { totalsOf } from './totals.ts';

const HOUR_MS = 3_600_000;
const ended: RunRecord = aRun({
  ...{ id: 'n1', state: 'done', startedAtMs: NOW_MS - HOUR_MS, decidedAtMs: NOW_MS - 120_000 },
  ...{ applyStartedAtMs: NOW_MS - 45_000, endedAtMs: NOW_MS, gaps: 2, plannedBytes: 1000, freedBytes: 900 },
  counts: { found: 10, live: 7, planned: 3, removed: 2, failed: 1 },
});

const view = (change: Partial<ScheduleView> = {}): ScheduleView => ({
  ...{ name: 'nightly', flow: 'prune', cron: '0 3 * * *', timeZone: 'UTC', mode: 'auto', suspended: false },
  ...{ nextDueAtMs: NOW_MS + HOUR_MS, intervalMs: 24 * HOUR_MS, lastRun: ended, lastSuccess: ended, ...change },
});

const row = (n: number, verb: string): NewPlanRow => ({
  ...{ n, verb, group: 'g', target: `t${n}`, reasonCode: 'expired', reason: 'old', freesBytes: 1, line: '{}' },
});

async function end(history: History, run: RunRecord): Promise<void> {
  await history.claimRun(run);
  await history.addEvent({ atMs: NOW_MS, runId: run.id, type: 'run.state', data: { state: run.state } });
}

/** Lines of an answer that begin so. */
async function scrape(rig: ReturnType<typeof httpRig>, beginning: string): Promise<readonly string[]> {
  const text = await (await rig.ask('/metrics')).text();
  return text.split('\n').filter((line) => line.startsWith(beginning));
}

async function filled() {
  const rig = httpRig({ standing: { schedules: [view(), view({ name: 'weekly', flow: 'hard-prune' })] } });
  const { history } = rig.parts;
  await history.claimRun({ ...ended, state: 'applying' });
  await history.savePlan('n1', '{}', [row(0, 'delete-tag'), row(1, 'delete-tag'), row(2, 'delete-manifest')], []);
  await history.noteOutcomes('n1', [
    { n: 0, outcome: 'done' },
    { n: 1, outcome: 'failed', why: 'no' },
    { n: 2, outcome: 'done' },
  ]);
  await history.moveRun('n1', ['applying'], { state: 'done' });
  await history.addEvent({ atMs: NOW_MS, runId: 'n1', type: 'run.state', data: { state: 'done' } });
  return rig;
}

describe('metrics', () => {
  test('tell sums over the runs that ended', async () => {
    const rig = await filled();

    expect(await scrape(rig, 'winnow_runs_total{')).toEqual([
      'winnow_runs_total{schedule="nightly",flow="prune",outcome="done"} 1',
    ]);
    expect((await scrape(rig, 'winnow_removed_total{')).toSorted()).toEqual([
      'winnow_removed_total{schedule="nightly",kind="manifest"} 1',
      'winnow_removed_total{schedule="nightly",kind="tag"} 1',
    ]);
    expect(await scrape(rig, 'winnow_reclaimed_bytes_total{')).toEqual([
      'winnow_reclaimed_bytes_total{schedule="nightly"} 900',
      'winnow_reclaimed_bytes_total{schedule="weekly"} 0',
    ]);
    expect(await scrape(rig, 'winnow_reclaim_estimated_bytes_total{schedule="nightly"')).toEqual([
      'winnow_reclaim_estimated_bytes_total{schedule="nightly"} 1000',
    ]);
  });

  test('tell how long runs took, without the time in which they waited', async () => {
    const lines = await scrape(await filled(), 'winnow_run_duration_seconds');

    expect(lines).toContain('winnow_run_duration_seconds_bucket{schedule="nightly",flow="prune",le="30"} 0');
    expect(lines).toContain('winnow_run_duration_seconds_bucket{schedule="nightly",flow="prune",le="60"} 1');
    expect(lines).toContain('winnow_run_duration_seconds_bucket{schedule="nightly",flow="prune",le="+Inf"} 1');
    expect(lines).toContain('winnow_run_duration_seconds_sum{schedule="nightly",flow="prune"} 45');
    expect(lines).toContain('winnow_run_duration_seconds_count{schedule="nightly",flow="prune"} 1');
  });

  test('tell where schedules stand', async () => {
    const rig = await filled();
    await rig.parts.history.claimRun(aRun({ id: 'n2', state: 'waiting' }));
    await rig.parts.history.claimRun(aRun({ id: 'w1', schedule: 'weekly', state: 'applying' }));
    await rig.parts.history.addDisk({ target: 'a"b\\c', kind: 'node', atMs: 1, usedBytes: 5, capacityBytes: 9 });
    const lines = await scrape(rig, 'winnow_');
    const now = NOW_MS / 1000;

    for (const line of [
      'winnow_build_info{version="1.2.3"} 1',
      'winnow_leader 1',
      'winnow_settings_reload_failed 0',
      'winnow_runs_waiting{schedule="nightly"} 1',
      'winnow_runs_waiting{schedule="weekly"} 0',
      'winnow_run_in_progress{schedule="weekly"} 1',
      'winnow_gaps{schedule="nightly"} 2',
      'winnow_reclaimable_bytes{schedule="nightly"} 100',
      'winnow_items{schedule="nightly",kind="tag",state="live"} 7',
      'winnow_items{schedule="weekly",kind="blob",state="found"} 10',
      'winnow_disk_used_bytes{target="a\\"b\\\\c",kind="node"} 5',
      `winnow_run_last_success_timestamp_seconds{schedule="nightly"} ${now}`,
      `winnow_run_last_attempt_timestamp_seconds{schedule="nightly"} ${now - 3600}`,
      `winnow_schedule_next_run_timestamp_seconds{schedule="nightly"} ${now + 3600}`,
      'winnow_schedule_interval_seconds{schedule="nightly"} 86400',
    ])
      expect(lines).toContain(line);
  });

  test('are those that the chart goes by, with the same types and labels', async () => {
    const rig = await filled();
    await rig.parts.history.addDisk({ target: 't', kind: 'node', atMs: 1, usedBytes: 5, capacityBytes: 9 });
    const text = await (await rig.ask('/metrics')).text();
    const types = Object.fromEntries(
      [...text.matchAll(/^# TYPE (winnow_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
    );
    const { service } = JSON.parse(readFileSync('charts/winnow/files/metrics.json', 'utf8')) as {
      readonly service: Record<string, { readonly type: string; readonly labels: readonly string[] }>;
    };
    const { winnow_settings_reload_failed: own, ...known } = types;

    expect(own).toBe('gauge');
    expect(known).toEqual(
      Object.fromEntries(
        Object.entries(service)
          .filter(([name]) => name !== 'winnow_settings_reload_failed')
          .map(([name, { type }]) => [name, type]),
      ),
    );
    for (const [name, { labels }] of Object.entries(service))
      for (const [, shown = ''] of text.matchAll(new RegExp(`^${name}(?:_sum)?\\{(.*)\\} `, 'gm')))
        expect([...shown.matchAll(/(\w+)="/g)].map(([, label]) => label)).toEqual(labels);
  });

  test('are looked for once in five seconds', async () => {
    const rig = await filled();
    await scrape(rig, 'winnow_leader');
    await end(rig.parts.history, aRun({ id: 'n9', state: 'failed' }));

    expect(await scrape(rig, 'winnow_runs_total{')).toHaveLength(1);
    rig.pass(5000);
    expect(await scrape(rig, 'winnow_runs_total{')).toHaveLength(2);
  });

  test('have to be asked for like everything else', async () => {
    const rig = httpRig({ settings: { basePath: '/winnow' } });

    expect((await rig.ask('/metrics', { peer: '192.0.2.1' })).status).toBe(401);
    expect((await rig.ask('/winnow/metrics', { peer: '192.0.2.1' })).status).toBe(401);
    expect((await rig.ask('/metrics')).status).toBe(200);
    expect((await rig.ask('/winnow/metrics')).status).toBe(200);
  });
});

describe('sums', () => {
  test('stay when the history forgets the runs', async () => {
    const history = histories.memory();
    await end(history, aRun({ id: 'a', endedAtMs: 10 }));
    await end(history, aRun({ id: 'b', dueAtMs: NOW_MS, endedAtMs: 20 }));
    await totalsOf(history);
    expect(await history.forget({ endedBeforeMs: 100, keepRuns: 1, diskBeforeMs: 0, auditBeforeMs: 0 })).toBe(1);

    expect((await totalsOf(history)).schedules['nightly']?.runs).toEqual({ done: 2 });
  });

  test('count each run once, whoever asks, however often an event is told', async () => {
    const history = histories.memory();
    for (let n = 0; n < 30; n += 1) await end(history, aRun({ id: `r${n}`, state: n % 2 === 0 ? 'done' : 'failed' }));
    await history.addEvent({ atMs: 1, runId: 'r0', type: 'run.state', data: { state: 'done' } });

    await Promise.all([totalsOf(history), totalsOf(history), totalsOf(history)]);

    expect((await totalsOf(history)).schedules['nightly']?.runs).toEqual({ done: 15, failed: 15 });
  });

  test('count a plan that breaks limits once, when that is known', async () => {
    const history = histories.memory();
    await history.claimRun(aRun({ id: 'a', state: 'waiting', broken: ['too many'] }));
    for (const state of ['planning', 'waiting', 'expired'])
      await history.addEvent({ atMs: 1, runId: 'a', type: 'run.state', data: { state } });

    const { limitsTripped, runs } = (await totalsOf(history)).schedules['nightly']!;

    expect({ limitsTripped, runs }).toEqual({ limitsTripped: 1, runs: { expired: 1 } });
  });

  test('count no run that goes on, and none of which nothing is known', async () => {
    const history = histories.memory();
    await end(history, aRun({ id: 'a', state: 'waiting' }));
    await history.addEvent({ atMs: 1, runId: 'gone', type: 'run.state', data: { state: 'done' } });
    await history.addEvent({ atMs: 1, type: 'leader', data: { state: 'done' } });

    expect((await totalsOf(history)).schedules['nightly']?.runs).toEqual({});
  });
});
