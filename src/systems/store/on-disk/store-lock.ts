import { type FileLock, takeFileLock } from '../../../util/file-lock/file-lock.ts';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { notWritable } from './failures.ts';
import { groundOf } from './ground.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { lockPath, winnowFolder } from './winnow-folder.ts';

/**
 * The lock on the storage itself. It is renewed nine times before others may think its holder dead.
 *
 * @param silentMs - how long a holder on another machine may be silent before it is succeeded.
 * @throws LEASE_HELD, STORE_NOT_WRITABLE
 */
export async function lockStore(
  place: OnDiskPlace,
  holder: string,
  signal: AbortSignal,
  silentMs: number,
): Promise<FileLock> {
  const folder = winnowFolder(place.root);
  groundOf(place.root).make(folder);
  const scope = place.name;
  const lock = await coded(place, 'locking', () =>
    takeFileLock({
      folder,
      first: 'lock',
      name: 'lock',
      scope,
      holder,
      ttlMs: silentMs / 3,
      silentMs,
      signal,
      errors: errorsOf(scope),
    }),
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
