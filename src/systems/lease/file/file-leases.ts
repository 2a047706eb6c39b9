import { resolve } from 'node:path';
import { takeFileLock } from '../../../util/file-lock/file-lock.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { Lease, LeaseKeeper } from '../contract.ts';
import { DEFAULT_TTL_MS, leaseHeld, leaseLost, leaseUnavailable } from '../refusals.ts';
import { leaseName, leasesFolder } from './layout.ts';

export interface FileLeaseOptions {
  /** How long a holder on another machine may be silent before its lease is taken over. Default: a minute. */
  readonly ttlMs?: number;
}

/** Leases as files below the state directory: one machine, or several that share the directory. */
export function fileLeases(stateDir: string, options: FileLeaseOptions = {}): LeaseKeeper {
  const folder = leasesFolder(resolve(stateDir));
  const ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  const held = new Set<Lease>();

  return {
    async acquire(scope, holder, signal) {
      const lease = await acquire({ folder, ttlMs, scope, holder, signal });
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
  readonly folder: string;
  readonly ttlMs: number;
  readonly scope: string;
  readonly holder: string;
  readonly signal: AbortSignal;
}

async function acquire({ folder, ttlMs, scope, holder, signal }: Asked): Promise<Lease> {
  const name = leaseName(scope);
  const errors = {
    held: (by: Parameters<typeof leaseHeld>[1], silentMs: number) =>
      leaseHeld(
        scope,
        by,
        `Wait until that run has ended, or stop it; if it died on another machine, its lease is free ${Math.ceil(silentMs / 1000)} s after its last sign of life.`,
      ),
    lost: (why: string, cause?: unknown) => leaseLost(scope, why, cause),
  };
  const lock = await coded(`acquiring the lease of ${scope}`, () =>
    takeFileLock({ folder, first: `${name}.json`, name, scope, holder, ttlMs, signal, errors }),
  );
  return {
    scope,
    lost: lock.lost,
    release: () => coded(`releasing the lease of ${scope}`, () => lock.release()),
  };
}

/** Gives errors of the operating system a code. */
async function coded<Value>(doing: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (failure) {
    if (errnoOf(failure) === undefined) throw failure;
    throw leaseUnavailable(doing, failure, 'Make the state directory writable, or name another one.');
  }
}
