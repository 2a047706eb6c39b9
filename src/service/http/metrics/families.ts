import type { DiskReading, RunRecord } from '../../../systems/history/contract.ts';
import type { ScheduleView, Standing } from '../../desk.ts';
import { durationBuckets, noTotals, type ScheduleTotals, type Totals } from './totals.ts';

/** One metric with its samples, as Prometheus names and types them. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram: behind the name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

export interface Seen {
  readonly standing: Standing;
  readonly totals: Totals;
  /** Runs that go on, or wait. */
  readonly open: readonly RunRecord[];
  readonly disks: readonly DiskReading[];
  readonly settingsTrouble: string | undefined;
}

/** All metrics of the service. Labels are names of schedules in the settings, and fixed words; disks have those that were read. */
export function familiesOf(seen: Seen): readonly Family[] {
  return [...serviceFamilies(seen), ...scheduleFamilies(seen), ...runFamilies(seen), ...diskFamilies(seen.disks)];
}

function serviceFamilies({ standing, settingsTrouble }: Seen): readonly Family[] {
  const { version, leads } = standing;
  return [
    gauge('winnow_build_info', 'The version that answers; always 1.', [{ labels: { version }, value: 1 }]),
    gauge('winnow_leader', 'Whether this replica runs the schedules.', [{ labels: {}, value: Number(leads) }]),
    gauge(
      'winnow_settings_reload_failed',
      'Whether the settings file says other than what counts: it is no good, or asks for a restart.',
      [{ labels: {}, value: Number(settingsTrouble !== undefined) }],
    ),
  ];
}

function scheduleFamilies({ standing: { schedules }, open }: Seen): readonly Family[] {
  const of = (value: (view: ScheduleView) => number | undefined) => samplesOf(schedules, value);
  const inState = (name: string, states: readonly string[]) =>
    open.filter(({ schedule, state }) => schedule === name && states.includes(state)).length;
  return [
    gauge(
      'winnow_schedule_next_run_timestamp_seconds',
      'When a schedule is due next.',
      of((one) => seconds(one.nextDueAtMs)),
    ),
    gauge(
      'winnow_schedule_interval_seconds',
      'Between two times of a schedule.',
      of((one) => seconds(one.intervalMs)),
    ),
    gauge(
      'winnow_run_last_attempt_timestamp_seconds',
      'When the last run of a schedule began.',
      of(({ lastRun }) => seconds(lastRun?.startedAtMs ?? lastRun?.dueAtMs)),
    ),
    gauge(
      'winnow_run_last_success_timestamp_seconds',
      'When the last run of a schedule that went well ended.',
      of(({ lastSuccess }) => seconds(lastSuccess?.endedAtMs ?? lastSuccess?.startedAtMs)),
    ),
    gauge(
      'winnow_run_in_progress',
      'Runs of a schedule that go on.',
      of(({ name }) => inState(name, ['planning', 'approved', 'applying', 'interrupted'])),
    ),
    gauge(
      'winnow_runs_waiting',
      'Plans of a schedule that wait for a person.',
      of(({ name }) => inState(name, ['waiting'])),
    ),
    gauge(
      'winnow_gaps',
      'What the last plan of a schedule could not see.',
      of((one) => told(one)?.gaps),
    ),
    gauge(
      'winnow_reclaimable_bytes',
      'Bytes that the last plan of a schedule would free, and nobody has freed yet.',
      of(reclaimable),
    ),
    gauge(
      'winnow_items',
      'What the last run of a schedule found, by what became of it.',
      schedules.flatMap(itemSamples),
    ),
  ];
}

function runFamilies({ standing: { schedules }, totals }: Seen): readonly Family[] {
  // Those of which none has ended begin with zeros: an increase is only seen from somewhere.
  const known = schedules.map(({ name, flow }) => ({ name, flow, sums: totals.schedules[name] ?? noTotals(flow) }));
  const total = (value: (sums: ScheduleTotals) => number) =>
    known.map(({ name, sums }) => ({ labels: { schedule: name }, value: value(sums) }));
  return [
    counter(
      'winnow_runs_total',
      'Runs that ended, by their last state.',
      known.flatMap(({ name, flow, sums }) =>
        Object.entries(sums.runs).map(([outcome, value]) => ({ labels: { schedule: name, flow, outcome }, value })),
      ),
    ),
    {
      ...{ name: 'winnow_run_duration_seconds', type: 'histogram' },
      help: 'How long runs took, without the time in which they waited for a person.',
      samples: known.flatMap(({ name, flow, sums }) => durationSamples({ schedule: name, flow }, sums)),
    },
    counter(
      'winnow_removed_total',
      'Things that were removed.',
      known.flatMap(({ name, sums }) =>
        Object.entries(sums.removed).map(([kind, value]) => ({ labels: { schedule: name, kind }, value })),
      ),
    ),
    counter(
      'winnow_reclaimed_bytes_total',
      'Bytes that runs have freed.',
      total(({ freedBytes }) => freedBytes),
    ),
    counter(
      'winnow_reclaim_estimated_bytes_total',
      'Bytes that plans promised which were applied.',
      total(({ estimatedBytes }) => estimatedBytes),
    ),
    counter(
      'winnow_limit_tripped_total',
      'Plans that broke a limit.',
      total(({ limitsTripped }) => limitsTripped),
    ),
  ];
}

function diskFamilies(disks: readonly DiskReading[]): readonly Family[] {
  const of = (value: (disk: DiskReading) => number | undefined) =>
    disks.flatMap((disk) => sample({ target: disk.target, kind: disk.kind }, value(disk)));
  return [
    gauge(
      'winnow_disk_used_bytes',
      'Bytes used on the disk of a registry, a storage or a node.',
      of((disk) => disk.usedBytes),
    ),
    gauge(
      'winnow_disk_capacity_bytes',
      'How large that disk is.',
      of((disk) => disk.capacityBytes),
    ),
  ];
}

/** What a flow counts in its sums. */
const kinds: Readonly<Record<string, string>> = {
  reconcile: 'tag',
  prune: 'tag',
  'prune-images': 'image',
  'hard-prune': 'blob',
  'node-gc': 'image',
  'node-fleet': 'image',
};

function itemSamples(view: ScheduleView): readonly Sample[] {
  const kind = kinds[view.flow] ?? 'item';
  return Object.entries(told(view)?.counts ?? {}).flatMap(([state, value]) =>
    sample({ schedule: view.name, kind, state }, value),
  );
}

/** The last run that has something to tell: one that just begins has not. */
function told({ lastRun, lastSuccess }: ScheduleView): RunRecord | undefined {
  return lastRun?.counts === undefined ? (lastSuccess ?? lastRun) : lastRun;
}

function reclaimable(view: ScheduleView): number | undefined {
  const run = told(view);
  if (run?.plannedBytes === undefined) return undefined;
  return Math.max(0, run.plannedBytes - (run.freedBytes ?? 0));
}

function durationSamples(labels: Readonly<Record<string, string>>, sums: ScheduleTotals): readonly Sample[] {
  let below = 0;
  const buckets = [...durationBuckets, '+Inf'].map((le, at): Sample => {
    below += sums.durations[at] ?? 0;
    return { labels: { ...labels, le }, value: below, suffix: '_bucket' };
  });
  return [
    ...buckets,
    { labels, value: sums.durationSeconds, suffix: '_sum' },
    { labels, value: below, suffix: '_count' },
  ];
}

function samplesOf(schedules: readonly ScheduleView[], value: (view: ScheduleView) => number | undefined) {
  return schedules.flatMap((view) => sample({ schedule: view.name }, value(view)));
}

function sample(labels: Sample['labels'], value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'counter', samples };
}
