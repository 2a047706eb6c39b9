import { type Heartbeat, startHeartbeat } from '../../../util/heartbeat.ts';
import type { Lease, LeaseKeeper } from '../contract.ts';
import { DEFAULT_TTL_MS, leaseHeld, leaseLost } from '../refusals.ts';
import { type LockSession, openLockSession, unavailable } from './lock-session.ts';

export interface PostgresLeaseOptions {
  /**
   * `postgres://user:password@host/database`: the server itself, or a pooler in session mode. A pooler in transaction mode
   * hands the session, and the lock with it, to others; the lease then counts as lost at the next sign of life.
   */
  readonly url: string;
  /** How long the other end may be silent before the lease is lost here and free there. Default: a minute. */
  readonly ttlMs?: number;
}

/**
 * Leases as advisory locks of a database, for installations on several machines. Nothing is created in the database.
 * Each lease has a connection of its own, and ends with it: a holder that dies is succeeded as soon as the server sees it.
 */
export function postgresLeases(options: PostgresLeaseOptions): LeaseKeeper {
  const ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  const held = new Set<Lease>();

  return {
    async acquire(scope, holder, signal) {
      signal.throwIfAborted();
      const lease = await acquire({ url: options.url, ttlMs, scope, holder, signal });
      held.add(lease);
      return { ...lease, release: () => lease.release().finally(() => held.delete(lease)) };
    },
    async close() {
      await Promise.all([...held].map((lease) => lease.release()));
      held.clear();
    },
  };
}

interface Asked {
  readonly url: string;
  readonly ttlMs: number;
  readonly scope: string;
  readonly holder: string;
  readonly signal: AbortSignal;
}

async function acquire(asked: Asked): Promise<Lease> {
  const { scope, signal } = asked;
  let heartbeat: Heartbeat | undefined;
  let closed = false;
  const session = openLockSession(asked, () => {
    closed = true;
    heartbeat?.lose(leaseLost(scope, 'the connection to the database is gone'));
  });
  const stop = (): void => void session.end(0);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await lock(asked, session);
    heartbeat = beatFor(asked, session);
    if (closed) heartbeat.lose(leaseLost(scope, 'the connection to the database is gone'));
    return leaseOf(scope, session, heartbeat);
  } catch (failure) {
    await session.end(0);
    signal.throwIfAborted();
    throw unavailable(`acquiring the lease of ${scope}`, session.place, failure);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function lock(asked: Asked, session: LockSession): Promise<void> {
  await session.introduce();
  for (;;) {
    if (await session.tryLock()) return;
    const other = await session.holder();
    if (other !== undefined) throw leaseHeld(asked.scope, other);
    asked.signal.throwIfAborted(); // it was released between the two questions
  }
}

function beatFor(asked: Asked, session: LockSession): Heartbeat {
  const { scope, ttlMs } = asked;
  const heartbeat = startHeartbeat({
    ttlMs,
    beat: session.isLocked,
    reasonOf: (cause) =>
      cause === undefined
        ? leaseLost(scope, 'the session at the database has no such lock')
        : leaseLost(scope, 'the database could not be asked in time', cause),
  });
  heartbeat.lost.addEventListener('abort', () => void session.end(0), { once: true });
  return heartbeat;
}

function leaseOf(scope: string, session: LockSession, heartbeat: Heartbeat): Lease {
  let released: Promise<void> | undefined;

  async function giveBack(): Promise<void> {
    heartbeat.stop();
    if (!heartbeat.lost.aborted) await session.unlock();
    await session.end(1);
  }

  return {
    scope,
    lost: heartbeat.lost,
    release() {
      released ??= giveBack();
      return released;
    },
  };
}
