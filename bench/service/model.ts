import { type AgedTag, countAges } from '../../src/report/inventory-ages.ts';
import type {
  InventoryHeader,
  InventoryLine,
  NewPlanRow,
  RunRecord,
  RunState,
  Verdict,
} from '../../src/systems/history/contract.ts';

/* A made-up registry and the runs of a year: no chance in it, so that every run of the benchmark has the same. */

export const TARGET = 'registry.example:5000';
export const NOW_MS = Date.UTC(2026, 10, 21, 12);
/** The plan that is as large as the registry. */
export const LARGE_RUN = 'prune-large';
const REPOSITORIES = 500;
const DAY_MS = 86_400_000;
const MIB = 2 ** 20;

export function digestOf(n: number): string {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}

/** Few repositories have most of the images, as in registries that have grown. */
export function repositoryOf(image: number): string {
  const spread = (Math.imul(image, 2_654_435_761) >>> 0) / 2 ** 32;
  const n = Math.floor(REPOSITORIES * spread ** 3);
  return `team-${n % 20}/service-${n}`;
}

function verdictOf(image: number): Verdict {
  if (image % 5 === 0) return 'used';
  return image % 3 === 0 ? 'stays' : 'goes';
}

function bytesOf(image: number): number {
  return MIB * (1 + (Math.imul(image, 40_503) >>> 20));
}

function createdAtMs(image: number): number {
  return NOW_MS - (image % 900) * DAY_MS;
}

interface Sums {
  tags: number;
  images: number;
  goingTags: number;
  goingBytes: number;
  exclusiveBytes: number;
  readonly aged: AgedTag[];
}

/** Each image has two tags, which share it; one in five is run by a workload, one in ten is owned by a record. */
export function inventoryOf(images: number): {
  readonly header: InventoryHeader;
  readonly lines: Iterable<InventoryLine>;
} {
  const sums = new Map<string, Sums>();
  for (let image = 0; image < images; image += 1) {
    const name = repositoryOf(image);
    const one = sums.get(name) ?? { tags: 0, images: 0, goingTags: 0, goingBytes: 0, exclusiveBytes: 0, aged: [] };
    sums.set(name, one);
    one.tags += 2;
    one.images += 1;
    one.exclusiveBytes += bytesOf(image);
    const age = { createdAtMs: createdAtMs(image), verdict: verdictOf(image) };
    one.aged.push({ ...age, exclusiveBytes: bytesOf(image) }, { ...age, exclusiveBytes: 0 });
    if (verdictOf(image) !== 'goes') continue;
    one.goingTags += 2;
    one.goingBytes += bytesOf(image);
  }
  const total = (of: (one: Sums) => number) => [...sums.values()].reduce((sum, one) => sum + of(one), 0);
  const sharedBytes = 200 * MIB;
  const header: InventoryHeader = {
    ...{ inventory: 'inventory/v1', target: TARGET, flow: 'prune', planId: 'plan-large', madeAtMs: NOW_MS, gaps: 0 },
    ...{ repositories: sums.size, tags: 2 * images, images, sharedBytes, untaggedBytes: 0 },
    bytes: sharedBytes + total((one) => one.exclusiveBytes),
    reclaimableBytes: total((one) => one.goingBytes),
  };
  return { header, lines: linesOf(images, sums) };
}

function* linesOf(images: number, sums: ReadonlyMap<string, Sums>): Generator<InventoryLine> {
  for (const [name, { aged, ...one }] of sums)
    yield {
      repository: {
        ages: countAges(aged, NOW_MS),
        ...{ name, ...one, sharedInsideBytes: 0, untaggedBytes: 0, sharedOutsideBytes: 100 * MIB },
        ...{ newestAtMs: NOW_MS - DAY_MS, oldestAtMs: NOW_MS - 900 * DAY_MS },
      },
    };
  for (let image = 0; image < images; image += 1) yield* linesOfImage(image);
}

function* linesOfImage(image: number): Generator<InventoryLine> {
  const repository = repositoryOf(image);
  const digest = digestOf(image);
  const key = `${TARGET}/${repository}@${digest}`;
  const verdict = verdictOf(image);
  const bytes = bytesOf(image);
  const fate = {
    ...{ verdict, reasonCode: verdict === 'goes' ? 'deleted-by-policy' : 'kept-by-policy' },
    reason: `policy builds: keepNewest 10 (number ${image % 400})`,
  };
  const times = { createdAtMs: createdAtMs(image) };
  for (const [tag, exclusiveBytes] of [
    [`1.0.${image}`, bytes],
    [`build-${image}`, 0],
  ] as const) {
    yield { tag: { repository, tag, digest, exclusiveBytes, bytes: 2 * bytes, ...times, ...fate } };
    yield { link: { from: `${TARGET}/${repository}:${tag}`, to: key, as: 'tag' } };
  }
  const layers = Array.from({ length: 6 }, (_, n) => ({
    digest: digestOf(10_000_000 + image * 6 + n),
    bytes: Math.floor(bytes / 6),
    images: n < 2 ? 40 : 1,
  }));
  yield {
    image: {
      repository,
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      bytes: 2 * bytes,
      layers,
      ...times,
      ...fate,
    },
  };
  const tag = `${TARGET}/${repository}:1.0.${image}`;
  if (verdict === 'used') {
    const workload = `workload prod/shop-${image % 50}/Deployment/web-${image}`;
    yield { link: { from: `Deployment shop-${image % 50}/web-${image}, container main`, to: workload, as: 'holds' } };
    yield { link: { from: workload, to: tag, as: 'uses' } };
  }
  if (image % 10 === 0) yield { link: { from: `record orders/${image}`, to: tag, as: 'record' } };
}

const states: readonly RunState[] = ['done', 'done', 'nothing', 'partial', 'done', 'failed', 'planned'];

/** The nth run of ten schedules, a day apart. */
export function runOf(n: number): RunRecord {
  const dueAtMs = NOW_MS - Math.floor(n / 10) * DAY_MS - (n % 10) * 60_000;
  return {
    ...{ id: `schedule-${n % 10}-${n}`, schedule: `schedule-${n % 10}`, flow: n % 2 === 0 ? 'prune' : 'reconcile' },
    ...{ target: TARGET, trigger: 'schedule', dueAtMs, state: states[n % states.length] ?? 'done' },
    ...{ startedAtMs: dueAtMs, endedAtMs: dueAtMs + 60_000, planId: `plan-${n}`, planHash: digestOf(n).slice(7) },
    counts: { found: 200_000 - n, live: 150_000 - n, planned: 100, removed: n % 100 },
    ...{ plannedBytes: 100 * MIB, freedBytes: (n % 100) * MIB, exitCode: 0 },
  };
}

/** The run whose plan is as large as the registry; it waits for a person. */
export function largeRun(actions: number): RunRecord {
  return {
    ...{ id: LARGE_RUN, schedule: 'schedule-0', flow: 'prune', target: TARGET, trigger: 'schedule', dueAtMs: NOW_MS },
    ...{
      state: 'waiting',
      startedAtMs: NOW_MS,
      planId: 'plan-large',
      planHash: digestOf(1).slice(7),
      planExpiresAtMs: NOW_MS + DAY_MS,
    },
    ...{ counts: { found: 200_000, live: 100_000, planned: actions }, plannedBytes: actions * MIB },
  };
}

/** @param seed - plans of different seeds have half of their targets in common */
export function* planRowsOf(actions: number, seed = 0): Generator<NewPlanRow> {
  for (let n = 0; n < actions; n += 1) {
    const image = n + seed * Math.floor(actions / 2);
    const group = repositoryOf(image);
    const target = `${TARGET}/${group}:1.0.${image}`;
    const row = {
      ...{ n, verb: 'delete-tag', group, target, reasonCode: 'deleted-by-policy' },
      ...{ reason: `policy builds: none of its rules keeps it (${image})`, freesBytes: bytesOf(image) },
    };
    yield {
      ...row,
      line: JSON.stringify({
        do: row.verb,
        target,
        expects: digestOf(image),
        reason: row.reason,
        freesBytes: row.freesBytes,
      }),
    };
  }
}

export function planHeaderOf(run: RunRecord, actions: number): string {
  return JSON.stringify({
    ...{
      winnow: 'plan/v1',
      id: run.planId,
      flow: run.flow,
      scope: { registry: { host: TARGET, url: `https://${TARGET}` } },
    },
    ...{
      madeAtMs: run.dueAtMs,
      expiresAtMs: run.dueAtMs + DAY_MS,
      records: [],
      evidence: [],
      gaps: [],
      limits: {},
      broken: [],
    },
    policy: { policies: [{ name: 'builds', repositories: ['**'], keep: [], delete: [] }], minAgeMs: DAY_MS },
    ...{ repositories: [], keptByReason: { 'kept-by-policy': 1 }, actionCount: actions, freesBytes: actions * MIB },
  });
}
