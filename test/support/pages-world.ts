import type { ServeSettings } from '../../src/config/serve-settings.ts';
import type { Person, ScheduleView, Standing } from '../../src/service/desk.ts';
import type { History, InventoryLine, NewPlanRow, RunRecord, RunState } from '../../src/systems/history/contract.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';

/* A made-up company's service, for tests of its pages: three schedules, a month of runs in every state, plans, an inventory. */

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Saturday morning. */
export const worldNowMs = Date.UTC(2026, 10, 21, 9, 30);

export const people = {
  viewer: { name: 'vera', role: 'viewer' },
  approver: { name: 'anna', role: 'approver' },
  admin: { name: 'adam', role: 'admin' },
} as const satisfies Readonly<Record<string, Person>>;

/** What stands in the names of things, to be shown and never to be obeyed. */
export const hostileName = '<img src=x onerror=alert(1)>"\'&';

/** The runs that tests ask for. */
export const ids = {
  waiting: 'registry-nightly-20261121T030000Z',
  previous: 'registry-nightly-20261120T030000Z',
  broken: 'prod-eu-prune-20261121T020000Z',
  applying: 'nodes-20261121T090000Z',
  partial: 'nodes-20261120T090000Z',
  failed: 'prod-eu-prune-20261120T020000Z',
} as const;

export const PLAN_ACTIONS = 240;

export function worldSettings(changes: Partial<ServeSettings> = {}): ServeSettings {
  const schedule = (name: string, flow: ServeSettings['schedules'][number]['flow'], cron: string) => ({
    ...{ name, flow, cron, timeZone: 'Europe/Berlin', jitterMs: 300_000, mode: 'approve' as const, catchUp: true },
    ...{ suspend: false, deadlineMs: 6 * HOUR, arguments: ['--keep-younger-than=96h'], growth: 3 },
  });
  return {
    listen: { host: '127.0.0.1', port: 0 },
    ...{ basePath: '', name: 'winnow', history: { kind: 'embedded' }, parallel: 2, notices: [] },
    keep: { forMs: 90 * DAY, runs: 1000, auditForMs: 400 * DAY },
    schedules: [
      schedule('registry-nightly', 'reconcile', '0 4 * * *'),
      { ...schedule('prod-eu-prune', 'prune', '0 3 * * *'), config: '/etc/winnow/prod-eu.yaml' },
      { ...schedule('nodes', 'node-fleet', '0 10 * * *'), mode: 'auto' },
      { ...schedule('storage', 'hard-prune', '@weekly'), suspend: true },
    ],
    access: { tokens: [] },
    notifications: { keepForMs: 180 * DAY, pushLeaseMs: HOUR },
    watermark: { high: 0.85, low: 0.7 },
    ...changes,
  };
}

/** What the service knows of itself, from what its history has. */
export async function worldStanding(history: History, settings: ServeSettings): Promise<Standing> {
  const schedules = settings.schedules.map(
    async ({ name, flow, cron, timeZone, mode, suspend }): Promise<ScheduleView> => {
      const [lastRun] = await history.runs({ schedule: name, limit: 1 });
      const [lastSuccess] = await history.runs({ schedule: name, states: ['done', 'nothing', 'planned'], limit: 1 });
      return {
        ...{ name, flow, cron, timeZone, mode, suspended: suspend },
        ...(!suspend && { nextDueAtMs: worldNowMs + 17 * HOUR + 30 * 60_000, intervalMs: DAY }),
        ...(lastRun !== undefined && { lastRun }),
        ...(lastSuccess !== undefined && { lastSuccess }),
      };
    },
  );
  return {
    ...{
      version: '0.1.0',
      replica: 'winnow-0',
      startedAtMs: worldNowMs - 3 * DAY,
      leads: true,
      troubles: [],
      stopping: false,
    },
    schedules: await Promise.all(schedules),
  };
}

/** Writes the world into an empty history. */
export async function fillHistory(history: History): Promise<void> {
  for (const run of pastRuns()) await history.claimRun(run);
  for (const run of todaysRuns()) await history.claimRun(run);
  await savePlan(history, ids.waiting, PLAN_ACTIONS);
  await savePlan(history, ids.previous, PLAN_ACTIONS - 40);
  await savePlan(history, ids.broken, 12);
  await savePlan(history, ids.partial, 12);
  await history.noteOutcomes(
    ids.partial,
    Array.from({ length: 12 }, (_, n) =>
      n < 9
        ? { n, outcome: 'done' }
        : { n, outcome: n === 11 ? 'failed' : 'skipped', why: 'a container uses it by now' },
    ),
  );
  await history.saveReport(ids.partial, JSON.stringify(partialReport));
  await history.saveReport(ids.failed, JSON.stringify(failedReport));
  await noteEvents(history);
  await noteDisks(history);
  await saveInventory(history);
}

function* pastRuns(): Generator<RunRecord> {
  const ends: readonly RunState[] = [
    'done',
    'done',
    'nothing',
    'done',
    'partial',
    'done',
    'rejected',
    'done',
    'expired',
    'incomplete',
    'stopped',
    'outdated',
    'planned',
  ];
  for (let day = 29; day >= 2; day -= 1) {
    const dueAtMs = Date.UTC(2026, 10, 21, 3) - day * DAY;
    const removed = 20 + ((day * 37) % 60);
    const state = ends[day % ends.length] ?? 'done';
    const isGone = ['done', 'partial', 'incomplete', 'stopped'].includes(state);
    yield {
      ...runHead('registry-nightly', 'reconcile', dueAtMs),
      ...{ state, target: 'registry.example:5000', endedAtMs: dueAtMs + 190_000, exitCode: 0 },
      counts: {
        found: 900 + day * 3,
        live: 830 + day * 2,
        planned: state === 'nothing' ? 0 : removed,
        ...(isGone && { removed }),
      },
      ...(isGone && { freedBytes: removed * 41 * MIB, applyStartedAtMs: dueAtMs + 60_000 }),
      ...{ plannedBytes: removed * 41 * MIB, planId: `reconcile-${dueAtMs}`, planHash: sha256Hex(`${dueAtMs}`) },
    };
  }
}

function* todaysRuns(): Generator<RunRecord> {
  const due = Date.UTC(2026, 10, 21, 3);
  const plan = { planned: PLAN_ACTIONS, found: 960, live: 720 };
  yield {
    ...runHead('registry-nightly', 'reconcile', due - DAY),
    ...{
      state: 'done',
      target: 'registry.example:5000',
      endedAtMs: due - DAY + 200_000,
      applyStartedAtMs: due - DAY + 90_000,
    },
    ...{ planId: 'reconcile-earlier', planHash: sha256Hex('earlier'), counts: { ...plan, planned: 200, removed: 200 } },
    ...{
      plannedBytes: 200 * 40 * MIB,
      freedBytes: 200 * 40 * MIB,
      decidedBy: 'anna',
      decidedAtMs: due - DAY + 80_000,
      journals: ['j-1'],
    },
  };
  yield {
    ...runHead('registry-nightly', 'reconcile', due),
    ...{ state: 'waiting', target: 'registry.example:5000', planId: 'reconcile-now', planHash: sha256Hex('now') },
    ...{
      planExpiresAtMs: worldNowMs + 18 * HOUR,
      counts: plan,
      plannedBytes: PLAN_ACTIONS * 40 * MIB,
      gaps: 0,
      exitCode: 0,
    },
    why: ['The schedule waits for approval of every plan.'],
  };
  yield {
    ...runHead('prod-eu-prune', 'prune', due - HOUR - DAY),
    ...{ state: 'failed', endedAtMs: due - DAY - HOUR + 4000, exitCode: 2 },
    why: ['CLUSTER_UNREACHABLE: listing pods of prod-eu: connection refused', 'Look whether the cluster is up.'],
  };
  yield {
    ...runHead('prod-eu-prune', 'prune', due - HOUR),
    ...{
      state: 'waiting',
      target: 'eu.registry.example',
      planId: 'prune-now',
      planHash: sha256Hex('prune'),
      gaps: 2,
      exitCode: 4,
    },
    ...{
      counts: { found: 400, live: 90, planned: 12 },
      plannedBytes: 12 * 40 * MIB,
      planExpiresAtMs: worldNowMs + 18 * HOUR,
    },
    broken: ['it removes 310 of 400 tags, and no more than half of a repository may go'],
  };
  yield {
    ...runHead('nodes', 'node-fleet', Date.UTC(2026, 10, 20, 9)),
    ...{
      state: 'partial',
      target: 'node-1',
      planId: 'node-gc-earlier',
      endedAtMs: Date.UTC(2026, 10, 20, 9, 4),
      exitCode: 3,
    },
    ...{
      counts: { found: 40, live: 28, planned: 12, removed: 9, skipped: 2, failed: 1 },
      plannedBytes: 5 * GIB,
      freedBytes: 4 * GIB,
    },
  };
  yield {
    ...runHead('nodes', 'node-fleet', Date.UTC(2026, 10, 21, 9)),
    ...{
      state: 'applying',
      target: 'node-1',
      planId: 'node-gc-now',
      applyStartedAtMs: worldNowMs - 120_000,
      replica: 'winnow-0',
    },
    ...{ counts: { found: 42, live: 30, planned: 12 }, plannedBytes: 5 * GIB },
    progress: { title: 'removing', done: 5, total: 12, words: '5 of 12, 2.1 GiB', atMs: worldNowMs - 1000 },
  };
}

function runHead(schedule: string, flow: string, dueAtMs: number) {
  const id = `${schedule}-${new Date(dueAtMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  return { id, schedule, flow, trigger: 'schedule' as const, dueAtMs, startedAtMs: dueAtMs + 2000 };
}

async function savePlan(history: History, runId: string, actions: number): Promise<void> {
  await history.savePlan(runId, JSON.stringify(planHeader(actions)), planRows(actions), [
    JSON.stringify({ end: true }),
  ]);
}

function* planRows(actions: number): Generator<NewPlanRow> {
  const repositories = ['team/app', 'team/web', 'platform/base', 'data/etl', hostileName];
  for (let n = 0; n < actions; n += 1) {
    const group = repositories[n % repositories.length] ?? '';
    const isTag = n % 3 !== 2;
    yield {
      ...{
        n,
        group,
        verb: isTag ? 'delete-tag' : 'delete-manifest',
        freesBytes: (1 + (n % 80)) * MIB,
        line: JSON.stringify({ n }),
      },
      target: isTag
        ? `registry.example:5000/${group}:step-${1000 + n}`
        : `registry.example:5000/${group}@sha256:${sha256Hex(`${n}`)}`,
      reasonCode: n % 5 === 0 ? 'no-record-expired' : 'inactive-record',
      reason: n % 5 === 0 ? 'no record is known for it, and it is 41 days old' : 'chg-1001 (archived) owned it alone',
    };
  }
}

function planHeader(actions: number): object {
  return {
    ...{
      winnow: 'plan/v1',
      id: 'reconcile-now',
      flow: 'reconcile',
      madeAtMs: worldNowMs - 6 * HOUR,
      expiresAtMs: worldNowMs + 18 * HOUR,
    },
    scope: { registry: { host: 'registry.example:5000', url: 'https://registry.example:5000' } },
    evidence: [
      {
        source: 'registry registry.example:5000',
        observedAtMs: worldNowMs - 6 * HOUR,
        facts: { exists: 3200, refers: 8100, holds: 0, retires: 0 },
        gaps: 0,
      },
      {
        source: 'records postgres',
        observedAtMs: worldNowMs - 6 * HOUR,
        facts: { exists: 0, refers: 0, holds: 720, retires: 1500 },
        gaps: 1,
      },
    ],
    gaps: [
      {
        scope: 'registry.example:5000/data/etl',
        hides: 'references',
        source: 'registry',
        cause: 'reading data/etl@sha256:12: 500',
        hint: 'Look at the log of the registry.',
      },
    ],
    ...{
      records: ['postgres'],
      policy: { transient: ['team/*'] },
      limits: { maxShare: 0.5 },
      broken: [],
      repositories: [],
    },
    keptByReason: { 'active-record': 720, 'keep-younger-than': 31, 'evidence-gap': 2 },
    ...{ actionCount: actions, freesBytes: actions * 40 * MIB, idleRules: ['transient old/* met no repository'] },
  };
}

const partialReport = {
  ...{ kind: 'RunReport', outcome: 'partial', counts: { done: 9, alreadyGone: 0, skipped: 2, failed: 1 } },
  causes: [
    { result: 'skipped', cause: 'in-use', count: 2 },
    { result: 'failed', cause: 'RUNTIME_FAILED', count: 1 },
  ],
  undone: [
    { n: 10, result: 'skipped', guard: 'in-use', why: 'a container uses it by now' },
    { n: 12, result: 'failed', code: 'RUNTIME_FAILED', why: 'removing it: deadline exceeded' },
  ],
  repositories: [
    { repository: 'team/app', found: 30, live: 20, removed: 6, freedBytes: 3 * GIB },
    { repository: 'team/web', found: 10, live: 8, removed: 3, freedBytes: GIB },
  ],
};

const failedReport = {
  error: {
    code: 'CLUSTER_UNREACHABLE',
    message: 'listing pods of prod-eu: connection refused',
    hint: 'Look whether the cluster is up.',
  },
};

async function noteEvents(history: History): Promise<void> {
  const at = Date.UTC(2026, 10, 21, 3);
  const note = (atMs: number, type: string, data: Record<string, unknown>) =>
    history.addEvent({ atMs, runId: ids.waiting, type, data });
  await note(at, 'run.state', { state: 'planning', schedule: 'registry-nightly' });
  await note(at + 4000, 'run.log', { level: 'info', words: 'reading registry.example:5000' });
  await note(at + 9000, 'run.log', { level: 'warn', words: `1 manifest of ${hostileName} could not be read` });
  await note(at + 60_000, 'run.state', {
    state: 'waiting',
    schedule: 'registry-nightly',
    why: ['The schedule waits for approval of every plan.'],
  });
  await history.addAudit({
    atMs: at - DAY + 80_000,
    who: 'anna',
    role: 'approver',
    what: 'approve',
    runId: ids.previous,
    planHash: sha256Hex('earlier'),
  });
  await history.addAudit({
    atMs: at - 2 * DAY,
    who: 'adam',
    role: 'admin',
    what: 'reject',
    runId: ids.failed,
    note: hostileName,
  });
}

async function noteDisks(history: History): Promise<void> {
  for (let day = 29; day >= 0; day -= 1) {
    const atMs = worldNowMs - day * DAY - HOUR;
    const share = 0.62 + (29 - day) * 0.008 + ((day * 7) % 5) * 0.01;
    await history.addDisk({
      target: 'node-1',
      kind: 'node',
      atMs,
      usedBytes: Math.round(share * 200 * GIB),
      capacityBytes: 200 * GIB,
      reclaimableBytes: 5 * GIB,
    });
    await history.addDisk({
      target: 'distribution-fs:/var/lib/registry',
      kind: 'store',
      atMs,
      usedBytes: Math.round((share - 0.25) * 4096 * GIB),
      capacityBytes: 4096 * GIB,
      reclaimableBytes: 310 * GIB,
    });
  }
}

async function saveInventory(history: History): Promise<void> {
  const repositories = ['team/app', 'team/web', 'platform/base', 'data/etl'];
  const lines = repositories.flatMap((repository, r): InventoryLine[] => [
    {
      repository: {
        ...{
          name: repository,
          tags: 12,
          images: 12,
          exclusiveBytes: (r + 2) * 3 * GIB,
          sharedInsideBytes: GIB,
          untaggedBytes: GIB / 2,
        },
        ...{
          sharedOutsideBytes: 2 * GIB,
          goingTags: 4,
          goingBytes: GIB,
          newestAtMs: worldNowMs - DAY,
          oldestAtMs: worldNowMs - 300 * DAY,
          ages: [],
        },
      },
    },
    ...Array.from({ length: 12 }, (_, n) => tagLines(repository, n)).flat(),
  ]);
  await history.saveInventory(
    {
      ...{
        inventory: 'inventory/v1',
        target: 'registry.example:5000',
        flow: 'reconcile',
        planId: 'reconcile-now',
        madeAtMs: worldNowMs - 6 * HOUR,
      },
      ...{
        repositories: 4,
        tags: 48,
        images: 48,
        bytes: 52 * GIB,
        sharedBytes: 2 * GIB,
        untaggedBytes: 2 * GIB,
        reclaimableBytes: 9 * GIB,
        gaps: 0,
      },
    },
    lines,
  );
}

function tagLines(repository: string, n: number): InventoryLine[] {
  const digest = imageDigest(repository, n);
  const verdict = n < 3 ? 'used' : n < 8 ? 'stays' : 'goes';
  const createdAtMs = worldNowMs - n * 12 * DAY;
  const why =
    n < 8
      ? { reasonCode: 'active-record', reason: 'chg-7 (running) owns it' }
      : { reasonCode: 'inactive-record', reason: 'chg-1 (archived) owned it alone' };
  const key = `registry.example:5000/${repository}`;
  const layers = ['base', 'runtime', `${repository}${n}`].map((layer, l) => ({
    ...{ digest: `sha256:${sha256Hex(layer)}`, bytes: (l + 2) * 30 * MIB, images: l === 2 ? 1 : 48 },
  }));
  return [
    {
      tag: {
        ...{ repository, tag: `step-${n}`, digest, exclusiveBytes: (n + 1) * 60 * MIB, bytes: (n + 6) * 60 * MIB },
        ...{ createdAtMs, verdict, ...why },
      },
    },
    { image: { repository, digest, bytes: (n + 6) * 60 * MIB, createdAtMs, verdict, ...why, layers } },
    { link: { from: `${key}:step-${n}`, to: `${key}@${digest}`, as: 'tag' } },
    { link: { from: 'chg-7 (running)', to: `${key}:step-${n}`, as: 'holds' } },
  ];
}

/** The image of a repository's tag `step-<n>`, 0 to 11: the first three are in use, the last four go. */
export function imageDigest(repository: string, n: number): string {
  return `sha256:${sha256Hex(`${repository}${n}`)}`;
}
