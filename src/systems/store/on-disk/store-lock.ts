import { readdirSync } from 'node:fs';
import { type FileLock, takeFileLock } from '../../../util/file-lock/file-lock.ts';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { wait } from '../../../util/wait.ts';
import type { StorePart } from '../contract.ts';
import { notWritable } from './failures.ts';
import { groundOf } from './ground.ts';
import { foldLedgers } from './ledger.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { lockPath, partLockName, partsAmong, winnowFolder } from './winnow-folder.ts';

interface LockAsked {
  readonly place: OnDiskPlace;
  readonly holder: string;
  readonly signal: AbortSignal;
  /** How long a holder on another machine may be silent before it is succeeded. */
  readonly silentMs: number;
}

/**
 * The lock on the storage itself, or on a part of it. It is renewed nine times before others may think its holder dead.
 *
 * Who wants a part holds the lock of the whole while it takes that of the part: so nobody begins on the whole while parts are worked on,
 * nor on a part while the whole is.
 *
 * @throws LEASE_HELD, STORE_NOT_WRITABLE
 */
export async function lockStore(asked: LockAsked, part?: StorePart): Promise<FileLock> {
  const folder = winnowFolder(asked.place.root);
  groundOf(asked.place.root).make(folder);
  if (part === undefined) {
    const whole = await take(asked, 'lock');
    await orRelease(whole, async () => {
      await assertNobodyIn(asked, () => true);
      await foldLedgers(asked.place.root);
    });
    return whole;
  }
  const whole = await takeBriefly(asked);
  try {
    await assertNobodyIn(asked, ({ count }) => count !== part.count);
    const strangers = partsAmong(readdirSync(folder), 'ledger').some(({ count }) => count !== part.count);
    if (strangers) {
      await assertNobodyIn(asked, () => true);
      await foldLedgers(asked.place.root);
    }
    return await take(asked, partLockName(part));
  } finally {
    await whole.release();
  }
}

/** @throws LEASE_HELD where somebody is at work in one of these parts */
async function assertNobodyIn(asked: LockAsked, isMeant: (part: StorePart) => boolean): Promise<void> {
  for (const part of partsAmong(readdirSync(winnowFolder(asked.place.root)), 'lock'))
    if (isMeant(part)) await (await take(asked, partLockName(part))).release();
}

/** Those who begin on parts at the same time hold the lock of the whole for a moment each. */
const PATIENCE_MS = 30_000;
const BETWEEN_TRIES_MS = 100;

async function takeBriefly(asked: LockAsked): Promise<FileLock> {
  for (const beganAtMs = performance.now(); ; await wait(BETWEEN_TRIES_MS * (1 + Math.random()), asked.signal)) {
    try {
      return await take(asked, 'lock');
    } catch (failure) {
      const isHeld = failure instanceof CodedError && failure.code === 'LEASE_HELD';
      if (!isHeld || performance.now() - beganAtMs > PATIENCE_MS) throw failure;
    }
  }
}

async function orRelease(lock: FileLock, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (failure) {
    await lock.release();
    throw failure;
  }
}

/** @param name - of the file that tells who holds it */
async function take({ place, holder, signal, silentMs }: LockAsked, name: string): Promise<FileLock> {
  const scope = name === 'lock' ? place.name : `${place.name}, ${name.replaceAll('-', ' ')}`;
  const folder = winnowFolder(place.root);
  const errors = errorsOf(scope);
  const lock = await coded(place, 'locking', () =>
    takeFileLock({ folder, first: name, name, scope, holder, ttlMs: silentMs / 3, silentMs, signal, errors }),
  );
  return { lost: lock.lost, release: () => coded(place, 'unlocking', () => lock.release()) };
}

function errorsOf(scope: string) {
  return {
    held(by: { readonly holder: string; readonly sinceMs: number | undefined }, silentMs: number): unknown {
      const since = by.sinceMs === undefined ? '' : ` since ${new Date(by.sinceMs).toISOString()}`;
      return new CodedError('LEASE_HELD', `locking ${scope}: it is held by ${by.holder}${since}`, {
        hint: `Wait until that run has ended, or stop it; if it died on another machine, the storage is free ${Math.ceil(silentMs / 1000)} s after its last sign of life.`,
      });
    },
    lost(why: string, cause?: unknown): unknown {
      const said = cause === undefined ? '' : ` (${messageOf(cause)})`;
      return new CodedError('LEASE_LOST', `holding the lock of ${scope}: ${why}${said}`, {
        hint: 'Start again: the run goes on where it stopped.',
        ...(cause === undefined ? {} : { cause }),
      });
    },
  };
}

async function coded<Value>(place: OnDiskPlace, doing: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (failure) {
    throw notWritable(`${doing} ${place.name} with`, lockPath(place.root), failure);
  }
}
