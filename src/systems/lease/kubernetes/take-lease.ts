import type { Json } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { wait } from '../../../util/wait.ts';
import type { Lease } from '../contract.ts';
import { leaseHeld, leaseUnavailable } from '../refusals.ts';
import { heldLease } from './held-lease.ts';
import { type LeaseClaim, type LeaseSeen, leaseObject, leaseObjectName, seenIn } from './lease-object.ts';
import { type LeasePlace, leasesPath, unlessConflict } from './lease-place.ts';
import type { Sightings } from './sightings.ts';

/** Who asks for what. */
export interface Asked {
  readonly scope: string;
  readonly holder: string;
  readonly identity: string;
}

/** How often a lease that may be orphaned is looked at, in its duration. */
const LOOKS = 8;

/**
 * Takes a lease. A holder whose last sign of life is fresh by our clock holds it. One that seems to be silent, or whose clock is far
 * from ours, is watched for as long as it may be silent; only when nothing moved is it succeeded.
 *
 * @throws LEASE_HELD, LEASE_UNAVAILABLE, the signal's reason
 */
export async function takeLease(
  place: LeasePlace,
  sightings: Sightings,
  asked: Asked,
  signal: AbortSignal,
): Promise<Lease> {
  const name = leaseObjectName(asked.scope);
  let watched: string | undefined;
  try {
    for (;;) {
      const object = await read(place, name, signal);
      if (object === undefined) {
        const claim = claimOf(place, asked, 0);
        const made = await unlessConflict(
          place.api.post(leasesPath(place), leaseObject(name, claim, 'held', place.nowMs()), signal),
        );
        if (made !== undefined) return heldLease(place, name, claim, seenIn(made));
        continue;
      }
      const seen = seenIn(object);
      if (!isFree(sightings, name, seen)) {
        // One sign of life while it is watched is enough, whatever its clock says.
        if (isFresh(place, seen) || (watched ?? seen.version) !== seen.version) throw heldBy(asked.scope, seen);
        watched = seen.version;
        await wait(seen.durationMs / LOOKS, signal);
        continue;
      }
      const claim = claimOf(place, asked, seen.transitions + 1);
      const body = leaseObject(name, claim, 'held', place.nowMs(), seen);
      const taken = await unlessConflict(place.api.put(`${leasesPath(place)}/${name}`, body, signal));
      if (taken === undefined) continue; // somebody was faster, or the holder is alive after all
      sightings.forget(name);
      return heldLease(place, name, claim, seenIn(taken));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) throw error;
    throw leaseUnavailable(
      `acquiring the lease of ${asked.scope} in namespace ${place.namespace} of ${place.api.server}`,
      error,
      error.status === 403
        ? 'Allow get, create and update on leases.coordination.k8s.io in that namespace.'
        : 'Check that the API server answers, and that the namespace is there.',
    );
  }
}

async function read(place: LeasePlace, name: string, signal: AbortSignal): Promise<Json | undefined> {
  try {
    return await place.api.get(`${leasesPath(place)}/${name}`, signal);
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    throw error;
  }
}

/** Whether nobody holds it, or nothing moved for as long as its holder may be silent. */
function isFree(sightings: Sightings, name: string, seen: LeaseSeen): boolean {
  if (seen.identity === undefined) return true;
  return sightings.unchangedForMs(name, `${seen.version} ${seen.identity}`) > seen.durationMs;
}

/** Whether its holder gave a sign of life lately, if its clock is as ours. */
function isFresh({ nowMs }: LeasePlace, { renewedAtMs, durationMs }: LeaseSeen): boolean {
  return renewedAtMs !== undefined && Math.abs(nowMs() - renewedAtMs) <= durationMs;
}

function heldBy(scope: string, { by, durationMs }: LeaseSeen): Error {
  const freeAfter = `its lease is free ${Math.ceil(durationMs / 1000)} s after its last sign of life`;
  return leaseHeld(scope, by, `Wait until that run has ended, or stop it; if it died, ${freeAfter}.`);
}

function claimOf({ ttlMs, nowMs }: LeasePlace, asked: Asked, transitions: number): LeaseClaim {
  return { ...asked, ttlMs, acquiredAtMs: nowMs(), transitions };
}
