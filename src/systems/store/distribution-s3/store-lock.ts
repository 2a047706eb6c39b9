import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import { type Claim, newClaimKey, readClaims, writeClaim } from './claims.ts';
import { eraseOwn } from './own-objects.ts';
import type { Part } from './parts.ts';
import type { BucketPlace } from './place.ts';

/*
 * The lock in the bucket. Conditional writes (If-None-Match) are not known to all compatible servers, so it does without: who wants
 * it writes a claim of its own, and has it only if a listing after that shows no other claim that is alive and in its way. Of two that
 * come at once at most one finds itself alone, provided that the server lists what was written (S3 does so since 2020); a second look
 * after a while is for servers that take a moment. On a server that lists nothing for longer than that, two could have it: the lease of
 * the run is what stands in their way then.
 *
 * A claim is to the whole, or to a part. What is in whose way is asked of each two by themselves (parts.ts), so what holds for two that
 * want the same holds for a part and the whole.
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

export interface LockAsked {
  readonly place: BucketPlace;
  /** Shown to whoever comes second. */
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly times?: StoreLockTimes;
}

/** @param part - only this part; others that are as large may be locked beside it. @throws LEASE_HELD naming the holder, STORE_NOT_WRITABLE */
export async function lockBucket(asked: LockAsked, part?: Part): Promise<StoreLock> {
  const { place, holder, signal, times = LOCK_TIMES } = asked;
  signal.throwIfAborted();
  const wanted: Wanted = { place, key: newClaimKey(part), part, times };
  await writeClaim(place, wanted.key, holder, false);
  try {
    await winClaim(wanted, signal);
    await writeClaim(place, wanted.key, holder, true);
  } catch (thrown) {
    await eraseOwn(place, wanted.key);
    throw thrown;
  }
  return keepClaim(wanted, holder);
}

/** A claim of one's own. */
interface Wanted {
  readonly place: BucketPlace;
  readonly key: string;
  readonly part: Part;
  readonly times: StoreLockTimes;
}

/** Returns when no other claim is alive and in its way, at two looks. */
async function winClaim({ place, key, part, times }: Wanted, signal: AbortSignal): Promise<void> {
  const { ttlMs, settleMs } = times;
  let alone = 0;
  for (let look = 1; alone < 2; look += 1) {
    const claims = await readClaims(place, part, signal);
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
    if (look > MAX_LOOKS) throw held(place, { holder: 'somebody', part }, ttlMs); // our own claim is not listed
    if (alone < 2) await wait(settleMs, signal);
  }
}

function keepClaim(wanted: Wanted, holder: string): StoreLock {
  const { place, key } = wanted;
  const lost = new AbortController();
  const stopped = new AbortController();
  const beating = keepBeating(wanted, holder, stopped.signal).then((reason) => {
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

/** @returns why the lock is lost; `undefined` when it was stopped */
async function keepBeating(wanted: Wanted, holder: string, stopped: AbortSignal): Promise<unknown> {
  const { place, key, times } = wanted;
  const { ttlMs } = times;
  let renewedAtMs = performance.now();
  for (let waitMs = ttlMs / 3; ; ) {
    if (!(await waited(waitMs, stopped))) return undefined;
    const startedAtMs = performance.now();
    try {
      // Taken for dead and removed by another: writing it again would put two beside each other.
      if ((await place.bucket.look(key, stopped)) === undefined) return lostTo(wanted, 'somebody else has taken it');
      await writeClaim(place, key, holder, true);
      renewedAtMs = startedAtMs;
      waitMs = ttlMs / 3;
    } catch (thrown) {
      if (stopped.aborted) return undefined;
      if (performance.now() - renewedAtMs >= (ttlMs * 2) / 3)
        return lostTo(wanted, 'it could not be renewed in time', thrown);
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

function held(place: BucketPlace, by: Pick<Claim, 'holder' | 'part'>, ttlMs: number): Error {
  return new CodedError('LEASE_HELD', `locking ${scopeOf(place, by.part)}: it is held by ${by.holder}`, {
    hint: `Wait until that run has ended, or stop it; if it died, the storage is free ${Math.ceil(ttlMs / 1000)} s after its last sign of life.`,
  });
}

function lostTo({ place, part }: Wanted, why: string, cause?: unknown): Error {
  const said = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new CodedError('LEASE_LOST', `holding the lock of ${scopeOf(place, part)}: ${why}${said}`, {
    hint: 'Start again: the run goes on where it stopped.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function scopeOf({ name }: BucketPlace, part: Part): string {
  return part === undefined ? name : `${name}, part ${part.index} of ${part.count}`;
}
