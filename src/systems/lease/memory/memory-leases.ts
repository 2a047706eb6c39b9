import type { Lease, LeaseKeeper } from '../contract.ts';
import { leaseHeld, leaseLost } from '../refusals.ts';

export interface MemoryLeases extends LeaseKeeper {
  /** Takes a lease away from whoever holds it, as a broken connection would. */
  breakLease(scope: string): void;
}

interface Held {
  readonly holder: string;
  readonly sinceMs: number;
  readonly lost: AbortController;
}

/** Leases within this process: for tests, and for the demonstration. */
export function memoryLeases(): MemoryLeases {
  const held = new Map<string, Held>();

  return {
    async acquire(scope, holder, signal): Promise<Lease> {
      signal.throwIfAborted();
      const other = held.get(scope);
      if (other !== undefined) throw leaseHeld(scope, other);
      const own: Held = { holder, sinceMs: Date.now(), lost: new AbortController() };
      held.set(scope, own);
      return {
        scope,
        lost: own.lost.signal,
        async release() {
          if (held.get(scope) === own) held.delete(scope);
        },
      };
    },
    breakLease(scope) {
      const own = held.get(scope);
      held.delete(scope);
      own?.lost.abort(leaseLost(scope, 'it was broken'));
    },
    async close() {
      held.clear();
    },
  };
}
