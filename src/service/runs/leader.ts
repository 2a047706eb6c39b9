import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, LeaseKeeper } from '../../systems/lease/contract.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { isUnavailable } from './patiently.ts';
import { beginReign } from './reign.ts';
import { forgetOld, RETENTION_EVERY_MS, removeLeftFiles } from './retention.ts';
import type { RunnerParts } from './runner-parts.ts';

export interface LeaderParts extends RunnerParts {
  /** As the settings name them: all replicas share them. */
  readonly leases: LeaseKeeper;
}

/** What runs the schedules, while this replica has the lease of the service. */
export interface Leader {
  /** Stops what goes on after what is in hand, leaves it to be gone on with, and gives the lease back. Twice is fine. */
  stop(): Promise<void>;
  /** Whether this replica runs the schedules. */
  readonly leads: boolean;
  /** Who has the lease, as far as known, while this replica waits for it. */
  readonly otherLeader: string | undefined;
  /** What is wrong, in sentences; empty: nothing. */
  readonly troubles: readonly string[];
  /** Something was written that asks for work: it is looked at now, not at the next tick. */
  wake(): void;
}

/** Runs the schedules whenever this replica has the lease, from now until it is stopped. */
export function startLeader(parts: LeaderParts): Leader {
  const { log, times } = parts;
  const stopping = new AbortController();
  const alarm = createAlarm();
  const state = { leads: false, other: undefined as string | undefined, troubles: new Map<string, string>() };

  async function keepLeading(): Promise<void> {
    await removeLeftFiles(parts).catch((error: unknown) => log.debug('left files stay', { why: messageOf(error) }));
    while (!stopping.signal.aborted) {
      const lease = await tryLease();
      if (lease === undefined) {
        await alarm.within(times.retryMs * 2, stopping.signal);
        continue;
      }
      state.leads = true;
      try {
        await lead(lease);
      } finally {
        state.leads = false;
        await lease.release().catch((error: unknown) => trouble('lease', error));
      }
    }
  }

  async function tryLease(): Promise<Lease | undefined> {
    const { settings, leases, replica } = parts;
    try {
      const lease = await leases.acquire(`service ${settings().name}`, replica, stopping.signal);
      state.troubles.delete('lease');
      state.other = undefined;
      return lease;
    } catch (error) {
      if (stopping.signal.aborted) return undefined;
      if (!(error instanceof CodedError)) throw error;
      if (error.code !== 'LEASE_HELD') trouble('lease', error);
      else state.other = /held by (.+?)(?: since .*)?$/.exec(error.message)?.[1];
      return undefined;
    }
  }

  async function lead(lease: Lease): Promise<void> {
    const { history, nowMs, replica } = parts;
    const gone = new AbortController();
    const onLost = () => gone.abort(lease.lost.reason);
    if (lease.lost.aborted) onLost();
    lease.lost.addEventListener('abort', onLost, { once: true });
    const over = AbortSignal.any([stopping.signal, gone.signal]);
    const reign = beginReign(parts, gone.signal, alarm.ring);
    log.info('this replica runs the schedules', { replica });
    let forgottenAtMs = Number.NEGATIVE_INFINITY;
    let isTold = false;
    while (!over.aborted) {
      try {
        if (!isTold) await history.addEvent({ atMs: nowMs(), type: 'leader', data: { replica } });
        isTold = true;
        await reign.tick();
        state.troubles.delete('history');
        if (nowMs() - forgottenAtMs > RETENTION_EVERY_MS) {
          forgottenAtMs = nowMs();
          await forgetOld(parts);
        }
      } catch (error) {
        trouble('history', error);
        await alarm.within(times.retryMs, over);
      }
      await alarm.within(times.tickMs, over);
    }
    await leave(reign, gone, lease);
  }

  async function leave(reign: ReturnType<typeof beginReign>, gone: AbortController, lease: Lease): Promise<void> {
    if (gone.signal.aborted) {
      log.warn('the lease of the service is lost: its runs are stopped', { why: messageOf(lease.lost.reason) });
      return await reign.end('lease-lost');
    }
    // Who stops and can't write what became of its runs does not wait for ever: whoever comes next goes on with them.
    const late = setTimeout(() => gone.abort(new Error('the service has ended')), times.graceMs + 10 * times.retryMs);
    await reign.end('service');
    clearTimeout(late);
  }

  /** The same trouble is told once. What is no trouble of the history is a bug, and told each time. */
  function trouble(what: 'lease' | 'history', error: unknown): void {
    const words = messageOf(error);
    const isKnown = state.troubles.get(what) === words;
    state.troubles.set(what, words);
    if (isKnown && (what === 'lease' || isUnavailable(error))) return;
    log.warn(what === 'lease' ? 'the lease of the service can not be had' : 'the schedules stand still', { why: words });
  }

  const ended = keepLeading();
  ended.catch((error: unknown) => log.warn('the schedules have ended', { why: messageOf(error) }));
  return {
    get leads() {
      return state.leads;
    },
    get otherLeader() {
      return state.leads ? undefined : state.other;
    },
    get troubles() {
      return [...state.troubles.values()];
    },
    wake: alarm.ring,
    async stop() {
      stopping.abort(new Error('the service ends'));
      await ended;
    },
  };
}

/** A wait that can be cut short. */
function createAlarm() {
  let ringing = new AbortController();
  return {
    ring: () => ringing.abort(),
    async within(ms: number, over: AbortSignal): Promise<void> {
      await sleep(ms, undefined, { signal: AbortSignal.any([ringing.signal, over]) }).catch((error: unknown) => {
        if (!ringing.signal.aborted && !over.aborted) throw error;
      });
      if (ringing.signal.aborted) ringing = new AbortController();
    },
  };
}
