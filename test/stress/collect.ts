import { setTimeout as after } from 'node:timers/promises';
import type { RunReport } from '../../src/apply/run-report.ts';
import { newPlanId } from '../../src/cli/session/ids.ts';
import { applyStorePlan } from '../../src/flows/apply-store-plan.ts';
import { freshMarks, markOf } from '../../src/flows/fresh-mark.ts';
import { type PlannedStore, planStore } from '../../src/flows/plan-store.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { journals } from '../../src/systems/journal/index.ts';
import { leaseKeepers } from '../../src/systems/lease/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { openStore } from '../../src/systems/store/index.ts';
import { CodedError, messageOf } from '../../src/util/pure/coded-error.ts';
import { wait } from '../../src/util/wait.ts';
import type { CollectLine, CollectOrder } from './collect-order.ts';

/*
 * node collect.mjs <order>: `winnow hard-prune --confirm`, again and again, with waiting times of seconds, which the command does not take
 * while pushes go on. Prints a line for each run, and ends after its run on SIGTERM.
 */
const order = JSON.parse(process.argv[2] ?? '') as CollectOrder;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

say({ said: 'begun' });
for (let run = 0; run < (order.runs ?? Number.POSITIVE_INFINITY) && !stop.signal.aborted; run += 1) {
  try {
    await collect(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted)
      say({ said: 'failed', code: error instanceof CodedError ? error.code : 'UNEXPECTED', message: messageOf(error) });
  }
  await after(50);
}

async function collect(signal: AbortSignal): Promise<void> {
  const store = await openStore({ kind: 'distribution-fs', dir: order.folder }, {}, signal);
  try {
    const beganAtMs = Math.floor(await store.clockMs(signal));
    const planned = await plan(store, beganAtMs, signal);
    if (planned.plan.header.actionCount === 0) say({ said: 'idle' });
    else report(await apply(store, planned, beganAtMs, signal));
  } finally {
    await store.close();
  }
}

async function plan(store: Store, beganAtMs: number, signal: AbortSignal): Promise<PlannedStore> {
  const { minBlobAgeMs, leftoverAgeMs, cache, servers } = order;
  const { graceMs, holdMs } = order.timing;
  return await planStore(
    {
      id: newPlanId('hard-prune', Date.now()),
      scope: { store: { name: store.name, servers, mode: 'online', cache: 'auto' } },
      ...{ store, survey: {}, holders: [], holdersShown: [], isReadOnly: false, withRepositories: true },
      policy: { deleteUntagged: false, minBlobAgeMs, graceMs, holdMs, uploadAgeMs: leftoverAgeMs, leftoverAgeMs },
      keepManifestData: cache === 'in-memory',
      ...{ maxDeleteRatio: 1, drops: async () => [], expiresAfterMs: 3_600_000 },
      nowMs: Date.now,
      aheadMs: beganAtMs - Date.now(),
    },
    signal,
  );
}

async function apply(store: Store, planned: PlannedStore, beganAtMs: number, signal: AbortSignal): Promise<RunReport> {
  const { header, actions } = planned.plan;
  const replicas = await Promise.all(order.servers.map((url) => openRegistry({ url }, signal)));
  const cache = await openDescriptorCache(order.cache);
  const leases = leaseKeepers.file(order.stateFolder);
  try {
    return await applyStorePlan({
      header,
      actions: async function* () {
        yield* actions;
      },
      planLines: encodePlan(planned.plan),
      mark: markOf(planned, store.name, beganAtMs),
      ...{ runId: header.id, by: `stress ${process.pid}`, journal: journals.file(order.stateFolder), leases },
      ...{ store, replicas, cache, mode: 'online', timing: order.timing, wait, concurrency: 8, signal },
      freshMarks: freshMarks(store, {}, Date.now),
      nowMs: Date.now,
      onProgress: () => undefined,
    });
  } finally {
    await leases.close();
    await cache.close();
    for (const replica of replicas) await replica.close();
  }
}

function report({ steps, broughtBack, causes }: RunReport): void {
  const countOf = (kind: keyof typeof steps) => steps[kind]?.count ?? 0;
  say({
    said: 'run',
    unlinked: countOf('unlink-blob'),
    hidden: countOf('hide-blob'),
    purged: countOf('purge-blob'),
    restored: countOf('restore-blob') + (broughtBack?.blobs ?? 0),
    healed: broughtBack?.links ?? 0,
    undone: Object.fromEntries(causes.map(({ result, cause, count }) => [`${result} ${cause}`, count])),
  });
}

function say(line: CollectLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
