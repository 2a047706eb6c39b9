import type { Doer, Guard } from '../../src/apply/doer.ts';
import { recordsAgree, recordsNow } from '../../src/apply/guards/records-agree.ts';
import { registryDoer } from '../../src/apply/registry/registry-doer.ts';
import type { Source } from '../../src/evidence/sink.ts';
import { applyPlan } from '../../src/flows/apply-plan.ts';
import type { Planned } from '../../src/flows/plan-tags.ts';
import { planReconcile } from '../../src/flows/reconcile.ts';
import { survey } from '../../src/flows/survey.ts';
import { restoreTo, undoRun } from '../../src/flows/undo-run.ts';
import type { Action } from '../../src/plan/action.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { Journal } from '../../src/systems/journal/contract.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { type MemoryLeases, memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import type { MemoryRegistry } from '../../src/systems/registry/memory/registry.ts';
import { registrySource } from '../../src/systems/registry/survey.ts';

/** Rows of a record database in memory: `repository:tag` → status. */
export interface MemoryRows {
  readonly rows: Map<string, 'active' | 'inactive'>;
  /** What goes wrong at the next surveys, first come first served. */
  readonly failures: ('gap' | undefined)[];
  source(host: string): Source;
}

export function memoryRows(rows: Readonly<Record<string, 'active' | 'inactive'>>): MemoryRows {
  const held = new Map(Object.entries(rows));
  const failures: ('gap' | undefined)[] = [];
  return {
    rows: held,
    failures,
    source: (host) => ({
      name: 'records memory',
      survey: async (sink) => {
        if (failures.shift() === 'gap')
          return sink.gap({ scope: host, hides: 'holds', source: 'records memory', cause: 'the connection was lost' });
        for (const [owns, status] of held) {
          const [repository = '', tag = ''] = owns.split(':');
          const record = sink.resource('record', 'memory', owns);
          sink.exists(record, {});
          sink.refers(record, sink.resource('tag', `${host}/${repository}`, tag), 'record');
          if (status === 'active') sink.holds(record, `record ${owns} (active)`);
          else sink.retires(record, `record ${owns} (inactive)`);
        }
      },
    }),
  };
}

export interface MemoryRun {
  readonly registry: MemoryRegistry;
  readonly rows: MemoryRows;
  readonly journal: Journal;
  readonly leases: MemoryLeases;
  /** A clock that ticks a millisecond a look, and can be set forward. */
  readonly clock: { now(): number; forward(ms: number): void };
}

export function memoryRun(registry: MemoryRegistry, rows: MemoryRows, journal: Journal = memoryJournal()): MemoryRun {
  let nowMs = Date.UTC(2026, 0, 1);
  const clock = {
    now: () => {
      nowMs += 1;
      return nowMs;
    },
    forward: (ms: number) => {
      nowMs += ms;
    },
  };
  return { registry, rows, journal, leases: memoryLeases(), clock };
}

const never = new AbortController().signal;

export async function plan(
  run: MemoryRun,
  id = 'run-1',
  options: { untagByOverwrite?: boolean } = {},
): Promise<Planned> {
  const { registry, rows, journal, clock } = run;
  const can = await registry.capabilities(never);
  return await planReconcile(
    {
      id,
      scope: { registry: { host: registry.host, url: registry.url } },
      registry: (alsoLookAt) => registrySource(registry, { alsoLookAt }),
      records: [rows.source(registry.host)],
      journal,
      recordsOf: () => [],
      remember: async () => () => undefined,
      drops: async () => [],
      policy: {
        classes: [{ kind: 'transient', name: 'all', repositories: ['**'], whenNoRecord: 'keep', noRecordMinAgeMs: 0 }],
      },
      limits: {},
      means: {
        untagBy: can.deleteByTag ? 'tag' : 'digest',
        deleteManifests: can.deleteByDigest,
        untagByOverwrite: options.untagByOverwrite ?? false,
      },
      recordsShown: [],
      expiresAfterMs: 3_600_000,
      nowMs: clock.now,
    },
    never,
  );
}

export interface ApplyOptions {
  readonly runId?: string;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly wrap?: (doer: Doer) => Doer;
  readonly guards?: readonly Guard[];
  readonly underLease?: () => Promise<void>;
}

export async function applyIt(run: MemoryRun, { plan: { header, actions } }: Planned, options: ApplyOptions = {}) {
  const { registry, rows, journal, leases, clock } = run;
  const runId = options.runId ?? header.id;
  const doer = registryDoer(registry, { runId, nowMs: clock.now, concurrency: 2 });
  const { guard } = recordsAgree({
    read: async (signal) => recordsNow((await survey([rows.source(registry.host)], clock.now, signal)).evidence),
    recordsOf: () => [],
    nowMs: clock.now,
    maxAgeMs: 0,
  });
  return await applyPlan({
    header,
    actions: streamOf(actions),
    planLines: encodePlan({ header, actions }),
    runId,
    by: 'test',
    journal,
    leases,
    doer: options.wrap?.(doer) ?? doer,
    guards: options.guards ?? [guard],
    ...(options.underLease && { underLease: options.underLease }),
    concurrency: options.concurrency ?? 1,
    nowMs: clock.now,
    signal: options.signal ?? never,
    onProgress: () => undefined,
  });
}

export async function undoIt(run: MemoryRun, runId = 'run-1') {
  const { journal, leases, registry } = run;
  return await undoRun({
    runId,
    by: 'test',
    journal,
    leases,
    restore: restoreTo(registry),
    concurrency: 4,
    nowMs: run.clock.now,
    signal: never,
    onProgress: () => undefined,
  });
}

async function* streamOf(actions: Iterable<Action>): AsyncGenerator<Action> {
  yield* actions;
}

/** All that a client could pull, as text: to compare worlds. */
export function picture({ world }: MemoryRegistry): string {
  return [...world.repositories]
    .flatMap(([name, { tags, manifests }]) => [
      ...[...tags].map(([tag, digest]) => `${name}:${tag} ${digest}`),
      ...[...manifests.keys()].map((digest) => `${name}@${digest}`),
    ])
    .sort()
    .join('\n');
}
