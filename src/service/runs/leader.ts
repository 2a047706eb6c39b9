import type { Lease, LeaseKeeper } from '../../systems/lease/contract.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { createAlarm } from './alarm.ts';
import { leadWith } from './lead.ts';
import { removeLeftFiles } from './retention.ts';
import type { RunnerParts } from './runner-parts.ts';
import { createTroubles, type Troubles } from './troubles.ts';

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
  const troubles = createTroubles(log);
  let leads = false;
  let other: string | undefined;

  async function keepLeading(): Promise<void> {
    await removeLeftFiles(parts).catch((error: unknown) => log.debug('left files stay', { why: messageOf(error) }));
    while (!stopping.signal.aborted) {
      const lease = await tryLease(parts, stopping.signal, troubles);
      other = typeof lease === 'string' ? lease : undefined;
      if (lease === undefined || typeof lease === 'string') await alarm.within(times.retryMs * 2, stopping.signal);
      else await leadUntilOver(lease);
    }
  }

  async function leadUntilOver(lease: Lease): Promise<void> {
    leads = true;
    try {
      await leadWith(parts, lease, stopping.signal, alarm, troubles);
    } finally {
      leads = false;
      await lease.release().catch((error: unknown) => troubles.note('lease', error));
    }
  }

  const ended = keepLeading();
  ended.catch((error: unknown) => log.warn('the schedules have ended', { why: messageOf(error) }));
  return {
    get leads() {
      return leads;
    },
    get otherLeader() {
      return other;
    },
    get troubles() {
      return troubles.all();
    },
    wake: alarm.ring,
    async stop() {
      stopping.abort(new Error('the service ends'));
      await ended;
    },
  };
}

/** @returns the lease; who has it, in words; undefined where it can't be had for now. */
async function tryLease(
  { settings, leases, replica }: LeaderParts,
  stopping: AbortSignal,
  troubles: Troubles,
): Promise<Lease | string | undefined> {
  try {
    const lease = await leases.acquire(`service ${settings().name}`, replica, stopping);
    troubles.over('lease');
    return lease;
  } catch (error) {
    if (stopping.aborted) return undefined;
    if (!(error instanceof CodedError)) throw error;
    if (error.code !== 'LEASE_HELD') {
      troubles.note('lease', error);
      return undefined;
    }
    troubles.over('lease');
    return /held by (.+?)(?: since .*)?$/.exec(error.message)?.[1] ?? 'another replica';
  }
}
