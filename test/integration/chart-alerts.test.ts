import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { image, objectOf, render } from '../chart/charts.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

/** A series as promtool takes it: `0 1+1x10`; of the namespace and job of the release. */
type Series = Readonly<Record<string, string>>;

const prometheusRule = { metrics: { prometheusRule: { enabled: true } } };
const rulesOf = (values: object) =>
  objectOf(render({ ...image, ...prometheusRule, ...values }), 'PrometheusRule', 'winnow')['spec'] as Rules;
const service = rulesOf({ service: { enabled: true } });
const jobs = rulesOf({ prune: { enabled: true } });

/** One step of the stories below, in minutes: a sample, and a look at all alerts. */
const STEP_MINUTES = 10;
const HOUR = 6;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const DAY_SECONDS = 86_400;

/** Series of one value, from now on; of one that changes later; of one that grows. */
const always = (value: number) => `${value}+0x${WEEK}`;
const from = (value: number, steps: number, then: number) => `${value}+0x${steps - 1} ${always(then)}`;
const growing = (value: number, by: number) => `${value}+${by}x${WEEK}`;

describeReal('promtool, on the alerts of the chart', ['promtool'], () => {
  test.each([['service', service] as const, ['jobs', jobs] as const])(
    'finds nothing wrong with those of the %s',
    (_, rules) => {
      const { file } = written(rules);
      const told = execFileSync(programPath('promtool'), ['check', 'rules', file], { encoding: 'utf8' });

      expect(told).toContain(`SUCCESS: ${rules.groups[0]?.rules.length} rules found`);
    },
  );

  const failed = attempt(`0+0x${DAY - 1} ${always(DAY_SECONDS + 1000)}`);
  test.each<readonly [string, Series, readonly string[], number]>([
    ['no alert while everything goes well', {}, [], 5 * DAY],
    ['a run that failed', failed, ['WinnowRunFailed'], DAY + HOUR],
    [
      'no failed run in one whose plan waits',
      { ...failed, ...one('winnow_runs_waiting', from(0, DAY, 1)) },
      [],
      DAY + HOUR,
    ],
    [
      'no success for two turns',
      one('winnow_run_last_success_timestamp_seconds', always(0)),
      ['WinnowNoSuccess', 'WinnowRunFailed'],
      3 * DAY,
    ],
    [
      'a turn that nobody takes',
      one('winnow_schedule_next_run_timestamp_seconds', always(3600)),
      ['WinnowRunOverdue'],
      4 * HOUR,
    ],
    ['a run that does not end', one('winnow_run_in_progress', always(1)), ['WinnowRunLong'], 7 * HOUR],
    ['a plan that waits', one('winnow_runs_waiting', always(1)), ['WinnowPlanWaiting'], 20 * HOUR],
    ['a limit that stopped a run', one('winnow_limit_tripped_total', from(0, 12, 1)), ['WinnowLimitTripped'], 14],
    ['gaps for more than a day', one('winnow_gaps', always(3)), ['WinnowEvidenceIncomplete'], 25 * HOUR],
    [
      'less space than was promised',
      one('winnow_reclaimed_bytes_total', always(0)),
      ['WinnowSpaceNotComingBack'],
      3 * DAY,
    ],
    ['a disk that is full', disk('winnow_disk_used_bytes', always(95)), ['WinnowDiskFull'], HOUR],
    ['a disk that fills up', disk('winnow_disk_used_bytes', growing(10, 0.2)), ['WinnowDiskFillsUp'], 2 * DAY],
    ['no trend in one large push', disk('winnow_disk_used_bytes', from(10, 2 * DAY - 2, 40)), [], 2 * DAY + HOUR],
    ['settings that are no good', { winnow_settings_reload_failed: always(1) }, ['WinnowSettingsNotTaken'], HOUR],
    ['nobody who leads', { winnow_leader: always(0) }, ['WinnowNoLeader'], HOUR],
    ['two who lead', { 'winnow_leader{instance="b"}': always(1) }, ['WinnowSeveralLeaders'], HOUR],
  ])('sees %s', (_, series, alerts, atStep) => {
    expect(firing(service, { ...healthy(), ...series }, atStep)).toEqual(alerts);
  });

  test('sees that nothing is seen', () => {
    expect(firing(service, { up: always(0) }, HOUR)).toEqual(['WinnowAbsent']);
  });

  const daily = cronjob(2, 1);
  const failedJob = (name: string) => ({ [`kube_job_status_failed{job_name="${name}"}`]: always(1) });
  const pods = (count: string, of: number) => ({
    [`kube_daemonset_status_${count}{daemonset="winnow-node-gc"}`]: always(of),
  });
  test.each<readonly [string, Series, readonly string[]]>([
    ['nothing while jobs do well', daily, []],
    ['a job that failed', { ...daily, ...failedJob('winnow-prune-29000000') }, ['WinnowJobFailed']],
    ['nothing in jobs of others', { ...daily, ...failedJob('backup-29000000') }, []],
    ['no success for two turns', cronjob(7, 6), ['WinnowJobNoSuccess']],
    [
      'nothing in what is suspended',
      { ...cronjob(7, 6), 'kube_cronjob_spec_suspend{cronjob="winnow-prune"}': always(1) },
      [],
    ],
    [
      'nodes without a pod',
      { ...pods('desired_number_scheduled', 5), ...pods('number_ready', 4) },
      ['WinnowNodesWithout'],
    ],
  ])('sees %s', (_, series, alerts) => {
    expect(firing(jobs, series, 2 * HOUR)).toEqual(alerts);
  });
});

/** A service that runs one schedule each day. */
function healthy(): Series {
  const daily = (firstSeconds: number) =>
    Array.from({ length: 7 }, (_, day) => `${firstSeconds + DAY_SECONDS * day}+0x${DAY - 1}`).join(' ');
  return {
    winnow_build_info: always(1),
    winnow_leader: always(1),
    winnow_settings_reload_failed: always(0),
    ...attempt(daily(0)),
    ...one('winnow_run_last_success_timestamp_seconds', daily(300)),
    ...one('winnow_schedule_next_run_timestamp_seconds', daily(DAY_SECONDS)),
    ...one('winnow_schedule_interval_seconds', always(DAY_SECONDS)),
    ...one('winnow_run_in_progress', always(0)),
    ...one('winnow_runs_waiting', always(0)),
    ...one('winnow_gaps', always(0)),
    ...one('winnow_limit_tripped_total', always(0)),
    ...one('winnow_reclaimed_bytes_total', growing(0, 30_000_000)),
    ...one('winnow_reclaim_estimated_bytes_total', growing(0, 30_000_000)),
    ...disk('winnow_disk_used_bytes', always(50)),
    ...disk('winnow_disk_capacity_bytes', always(100)),
  };
}

function one(metric: string, values: string): Series {
  return { [`${metric}{schedule="prune"}`]: values };
}

function attempt(values: string): Series {
  return one('winnow_run_last_attempt_timestamp_seconds', values);
}

function disk(metric: string, values: string): Series {
  return { [`${metric}{target="registry",kind="store"}`]: values };
}

/** A CronJob of each day that had a success on the first one. @param nextDay - its next turn @param lastDay - the last time that it began */
function cronjob(nextDay: number, lastDay: number): Series {
  const days = (metric: string, day: number) => ({ [`${metric}{cronjob="winnow-prune"}`]: always(day * DAY_SECONDS) });
  return {
    ...days('kube_cronjob_next_schedule_time', nextDay),
    ...days('kube_cronjob_status_last_schedule_time', lastDay),
    ...days('kube_cronjob_status_last_successful_time', 1),
    ...days('kube_cronjob_spec_suspend', 0),
  };
}

/** Names of alerts that fire at a step, in order of the alphabet. */
function firing(rules: Rules, series: Series, atStep: number): readonly string[] {
  const { folder, file } = written(rules);
  const names = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  const tests = join(folder, 'tests.yaml');
  const eval_time = `${atStep * STEP_MINUTES}m`;
  const input_series = Object.entries(series).map(([name, values]) => ({ series: ofRelease(name), values }));
  // It compares, and tells what is different: none is expected, so it tells of all that there are.
  const alert_rule_test = names.map((alertname) => ({ alertname, eval_time, exp_alerts: [] }));
  writeFileSync(
    tests,
    stringify({
      rule_files: [file],
      evaluation_interval: `${STEP_MINUTES}m`,
      tests: [{ interval: `${STEP_MINUTES}m`, input_series, alert_rule_test }],
    }),
  );
  const told = toldBy(tests);
  return names.filter((name) => told.includes(`alertname: ${name},`)).sort();
}

/** What promtool says to a test that expects no alert: those that there are. */
function toldBy(tests: string): string {
  try {
    execFileSync(programPath('promtool'), ['test', 'rules', tests], {
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
    });
    return '';
  } catch (failure) {
    const { stdout = '', stderr = '' } = failure as { readonly stdout?: string; readonly stderr?: string };
    if (!/FAILED/.test(stderr + stdout) || /error|parse/i.test(stderr)) throw failure;
    return stdout + stderr;
  }
}

/** With the labels that Prometheus adds. */
function ofRelease(series: string): string {
  const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  const known = labels.includes('instance=') ? '' : 'instance="a",';
  return `${name}{namespace="winnow",job="winnow",${known}${labels}}`;
}

function written(rules: Rules): { readonly folder: string; readonly file: string } {
  const folder = makeTempFolder('alerts');
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify(rules));
  return { folder, file };
}
