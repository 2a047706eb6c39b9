import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleSettings, ServeSettings } from '../../src/config/serve-settings.ts';
import type { Desk, Person } from '../../src/service/desk.ts';
import { deskOnHistory } from '../../src/service/desk-on-history.ts';
import type { Notice } from '../../src/service/notices/notice.ts';
import { type Leader, startLeader } from '../../src/service/runs/leader.ts';
import type { RunnerTimes } from '../../src/service/runs/runner-parts.ts';
import type { History, RunRecord, RunState } from '../../src/systems/history/contract.ts';
import type { LeaseKeeper } from '../../src/systems/lease/contract.ts';
import { atEnd } from './at-end.ts';
import type { ScriptedWinnow } from './scripted-winnow.ts';

/** Never due by itself within a test. */
export const YEARLY = '0 0 1 1 *';

export function scheduleNamed(name: string, more: Partial<ScheduleSettings> = {}): ScheduleSettings {
  return {
    ...{ name, flow: 'prune', cron: YEARLY, timeZone: 'UTC', jitterMs: 0, mode: 'auto', catchUp: true, suspend: false },
    ...{ deadlineMs: 60_000, arguments: [], growth: 3, ...more },
  };
}

export function serveSettings(
  schedules: readonly ScheduleSettings[],
  more: Partial<ServeSettings> = {},
): ServeSettings {
  const day = 86_400_000;
  return {
    ...{ listen: { host: '127.0.0.1', port: 0 }, basePath: '', name: 'test', history: { kind: 'embedded' } },
    ...{ keep: { forMs: 90 * day, runs: 1000, auditForMs: 400 * day }, schedules, parallel: 2 },
    ...{ access: { tokens: [] }, notices: [], notifications: { keepForMs: day, pushLeaseMs: 0 } },
    ...{ watermark: { high: 0.85, low: 0.7 }, ...more },
  };
}

export const admin: Person = { name: 'ada', role: 'admin' };

/** A replica of the service, without its pages: what runs the schedules, and the desk. */
export interface ServiceRig {
  readonly leader: Leader;
  readonly desk: Desk;
  readonly history: History;
  readonly notices: readonly Notice[];
  readonly log: readonly string[];
  /** Waits until a run is in one of the states. @throws with the run, after a while */
  until(runId: string, ...states: readonly RunState[]): Promise<RunRecord>;
  /** All runs, oldest first. */
  runs(): Promise<readonly RunRecord[]>;
}

export const quickTimes: RunnerTimes = {
  ...{ tickMs: 20, graceMs: 3000, leaseRetryMs: 50, retryMs: 50 },
  ...{ pushesMs: 20, blindAfterMs: 100 },
};

export function startRig(parts: {
  readonly history: History;
  readonly leases: LeaseKeeper;
  readonly winnow: Pick<ScriptedWinnow, 'command' | 'env'>;
  readonly stateDir: string;
  readonly settings: () => ServeSettings;
  readonly config?: string;
  readonly nowMs?: () => number;
  readonly replica?: string;
  readonly times?: Partial<RunnerTimes>;
}): ServiceRig {
  const { history, winnow } = parts;
  const notices: Notice[] = [];
  const log: string[] = [];
  const write = (level: string) => (words: string, fields?: object) =>
    void log.push(`${level} ${words} ${JSON.stringify(fields ?? {})}`);
  const shared = {
    ...{ history, settings: parts.settings, stateDir: parts.stateDir, config: parts.config },
    ...{ command: winnow.command, env: winnow.env, replica: parts.replica ?? 'replica-1' },
    log: { debug: write('debug'), info: write('info'), warn: write('warn') },
    nowMs: parts.nowMs ?? Date.now,
    tell: (notice: Notice) => void notices.push(notice),
    times: { ...quickTimes, ...parts.times },
  };
  const leader = startLeader({ ...shared, leases: parts.leases });
  atEnd(() => leader.stop());
  const desk = deskOnHistory({ ...shared, undoForMs: () => 86_400_000, wake: leader.wake });
  const runs = async () => (await history.runs({ limit: 10_000 })).toReversed();
  return {
    ...{ leader, desk, history, notices, log, runs },
    async until(runId, ...states) {
      for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 20) {
        const run = await history.run(runId);
        if (run !== undefined && states.includes(run.state)) return run;
        await sleep(20);
      }
      throw new Error(`${runId} is ${JSON.stringify(await history.run(runId))}\n${log.join('\n')}`);
    },
  };
}

/** Waits until something holds. @throws after a while */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean, forMs = 30_000): Promise<void> {
  for (let waitedMs = 0; waitedMs < forMs; waitedMs += 20) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error(`${what}: it did not come to that within ${forMs} ms`);
}
