import { startHeartbeat } from '../../../util/heartbeat.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import type { Lease } from '../contract.ts';
import { leaseLost } from '../refusals.ts';
import { type LeaseClaim, type LeaseVersion, leaseObject, seenIn } from './lease-object.ts';
import { type LeasePlace, leasesPath, unlessConflict } from './lease-place.ts';

/** A lease that was taken: it renews itself until it is released. @param taken - its object */
export function heldLease(place: LeasePlace, name: string, claim: LeaseClaim, taken: LeaseVersion): Lease {
  const { api, ttlMs, nowMs } = place;
  const path = `${leasesPath(place)}/${name}`;
  let current = taken;
  let released: Promise<void> | undefined;

  /** Writes it once more. @returns false where somebody else has it, or nobody */
  async function write(state: 'held' | 'free', signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const written = await unlessConflict(api.put(path, leaseObject(name, claim, state, nowMs(), current), signal));
      if (written !== undefined) {
        current = seenIn(written);
        return true;
      }
      // Another version, and still ours: an answer of before was lost, or somebody wrote a label.
      const seen = seenIn(await api.get(path, signal));
      if (seen.identity !== claim.identity) return false;
      current = seen;
    }
  }

  async function beat(): Promise<boolean> {
    try {
      return await write('held', shareOf(ttlMs, 6, 500));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return false;
      throw error;
    }
  }

  const heartbeat = startHeartbeat({
    ttlMs,
    beat,
    reasonOf: (cause) =>
      cause === undefined
        ? leaseLost(claim.scope, 'the Lease in the cluster is gone, or somebody else’s')
        : leaseLost(claim.scope, 'the API server could not be asked in time', cause),
  });

  /** What can't be given back is free when its time is over. */
  async function giveBack(): Promise<void> {
    heartbeat.stop();
    if (heartbeat.lost.aborted) return;
    const signal = shareOf(ttlMs, 3, 1000);
    try {
      await write('free', signal);
    } catch (error) {
      if (!(error instanceof KubeError) && !signal.aborted) throw error;
    }
  }

  return {
    scope: claim.scope,
    lost: heartbeat.lost,
    release() {
      released ??= giveBack();
      return released;
    },
  };
}

/** Ends after a part of a time. Only whole milliseconds are taken. */
function shareOf(ms: number, parts: number, leastMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(leastMs, Math.ceil(ms / parts)));
}
