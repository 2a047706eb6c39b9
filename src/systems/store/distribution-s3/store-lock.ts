import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import { type Claim, readClaims, writeClaim } from './claims.ts';
import { eraseOwn, LOCKS } from './own-objects.ts';
import type { BucketPlace } from './place.ts';

/*
 * The lock in the bucket. Conditional writes (If-None-Match) are not known to all compatible servers, so it does without: who wants
 * it writes a claim of its own, and has it only if a listing after that shows no other claim that is alive. Of two that come at once
 * at most one finds itself alone, provided that the server lists what was written (S3 does so since 2020); a second look after a
 * while is for servers that take a moment. On a server that lists nothing for longer than that, two could have it: the lease of the
 * run is what stands in their way then.
 */

export interface StoreLockTimes {
  /** How long a holder may be silent. Renewed every third of it; lost when that failed for two thirds. */
  readonly ttlMs: number;
  /** Between two looks. */
  readonly settleMs: number;
}

export const LOCK_TIMES: StoreLockTimes = { ttlMs: 180_000, settleMs: 1000 };

/** Looks for which the claim that goes first waits for others to withdraw. */
const MAX_LOOKS = 10;

export interface StoreLock {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** @throws LEASE_HELD naming the holder, STORE_NOT_WRITABLE */
export async function lockBucket(
  place: BucketPlace,
  holder: string,
  signal: AbortSignal,
  times: StoreLockTimes = LOCK_TIMES,
): Promise<StoreLock> {
  signal.throwIfAborted();
  const key = `${LOCKS}${randomUUID()}.json`;
  await writeClaim(place, key, holder, false);
  try {
    await winClaim(place, key, signal, times);
    await writeClaim(place, key, holder, true);
  } catch (thrown) {
    await eraseOwn(place, key);
    throw thrown;
  }
  return keepClaim(place, key, holder, times);
}

/** Returns when no other claim is alive, at two looks. */
async function winClaim(
  place: BucketPlace,
  key: string,
  signal: AbortSignal,
  { ttlMs, settleMs }: StoreLockTimes,
): Promise<void> {
  let alone = 0;
  for (let look = 1; alone < 2; look += 1) {
    const claims = await readClaims(place, signal);
    const own = claims.find((claim) => claim.key === key);
    const alive: Claim[] = [];
    for (const claim of claims) {
      if (claim.key === key) continue;
      // Both times are the bucket's own.
      if (own !== undefined && own.lastSeenMs - claim.lastSeenMs > ttlMs) await eraseOwn(place, claim.key);
      else alive.push(claim);
    }
    alone = own !== undefined && alive.length === 0 ? alone + 1 : 0;
    const first = alive.find((claim) => claim.isHeld || claim.key < key || look === MAX_LOOKS);
    if (first !== undefined) throw held(place, first, ttlMs);
    if (look > MAX_LOOKS) throw held(place, { holder: 'somebody' }, ttlMs); // our own claim is not listed
    if (alone < 2) await wait(settleMs, signal);
  }
}

function keepClaim(place: BucketPlace, key: string, holder: string, { ttlMs }: StoreLockTimes): StoreLock {
  const lost = new AbortController();
  const stopped = new AbortController();
  const beating = keepBeating({ place, key, holder, ttlMs, stopped: stopped.signal }).then((reason) => {
    if (reason !== undefined) lost.abort(reason);
  });
  return {
    lost: lost.signal,
    release: async () => {
      stopped.abort();
      await beating; // a renewal under way would write the claim again
      await eraseOwn(place, key);
    },
  };
}

interface Beating {
  readonly place: BucketPlace;
  readonly key: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly stopped: AbortSignal;
}

/** @returns why the lock is lost; `undefined` when it was stopped */
async function keepBeating({ place, key, holder, ttlMs, stopped }: Beating): Promise<unknown> {
  let renewedAtMs = performance.now();
  for (let waitMs = ttlMs / 3; ; ) {
    if (!(await waited(waitMs, stopped))) return undefined;
    const startedAtMs = performance.now();
    try {
      // Taken for dead and removed by another: writing it again would put two beside each other.
      if ((await place.bucket.look(key, stopped)) === undefined) return lostTo(place, 'somebody else has taken it');
      await writeClaim(place, key, holder, true);
      renewedAtMs = startedAtMs;
      waitMs = ttlMs / 3;
    } catch (thrown) {
      if (stopped.aborted) return undefined;
      if (performance.now() - renewedAtMs >= (ttlMs * 2) / 3)
        return lostTo(place, 'it could not be renewed in time', thrown);
      waitMs = ttlMs / 12;
    }
  }
}

/** False when it was stopped meanwhile. Its timer does not keep the process alive. */
async function waited(ms: number, stopped: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { ref: false, signal: stopped });
    return true;
  } catch (thrown) {
    if (stopped.aborted) return false;
    throw thrown;
  }
}

function held({ name }: BucketPlace, by: Pick<Claim, 'holder'>, ttlMs: number): Error {
  return new CodedError('LEASE_HELD', `locking ${name}: it is held by ${by.holder}`, {
    hint: `Wait until that run has ended, or stop it; if it died, the storage is free ${Math.ceil(ttlMs / 1000)} s after its last sign of life.`,
  });
}

function lostTo({ name }: BucketPlace, why: string, cause?: unknown): Error {
  const said = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new CodedError('LEASE_LOST', `holding the lock of ${name}: ${why}${said}`, {
    hint: 'Start again: the run goes on where it stopped.',
    ...(cause === undefined ? {} : { cause }),
  });
}
