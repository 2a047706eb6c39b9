import type { ReadOnlySwitch, SwitchNote } from '../systems/read-only-switch/contract.ts';
import type { Store } from '../systems/store/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';

/** What switches a registry, and where that is written down. */
export interface ReadOnlySwitching {
  readonly readOnly: ReadOnlySwitch;
  readonly note: SwitchNote;
}

/**
 * Does something while a registry is in read-only mode, and puts it back whatever becomes of that, even when it was stopped. How it was is
 * written down before it is switched, so that {@link restoreReadWrite} puts it back even after a crash. The caller holds the lock on the
 * storage: the end of one run must not end the read-only mode of another.
 *
 * @throws what the work throws; READ_ONLY_NOT_PUT_BACK, which then names it
 */
export async function inReadOnlyMode<T>(
  switching: ReadOnlySwitching,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { readOnly, note } = switching;
  // A note that is there is of a run that died: what it remembers is how it was before that.
  const noted = (await notedBefore(switching)) ?? { name: readOnly.name, remembered: await readOnly.remember(signal) };
  await note.write(noted);
  let done: { readonly value: T } | { readonly error: unknown };
  try {
    await readOnly.switchOn(noted.remembered, signal);
    done = { value: await work() };
  } catch (error) {
    done = { error };
  }
  await putBack(switching, noted.remembered, 'error' in done ? done.error : undefined);
  if ('error' in done) throw done.error;
  return done.value;
}

/**
 * Puts back what a run that died has left switched, under the lock on the storage.
 * @param by - who does it, for whoever meets the lock
 * @throws READ_ONLY_NOT_PUT_BACK, LEASE_HELD while a run is at work
 */
export async function restoreReadWrite(
  switching: ReadOnlySwitching,
  store: Pick<Store, 'lock'>,
  by: string,
  signal: AbortSignal,
): Promise<'restored' | 'nothing-to-do'> {
  const lock = await store.lock(`putting back read-write mode by ${by}`, signal);
  try {
    const noted = await notedBefore(switching);
    if (noted === undefined) return 'nothing-to-do';
    await putBack(switching, noted.remembered, undefined);
    return 'restored';
  } finally {
    await lock.release();
  }
}

async function notedBefore({ readOnly, note }: ReadOnlySwitching) {
  const noted = await note.read();
  if (noted === undefined || noted.name === readOnly.name) return noted;
  throw new CodedError(
    'READ_ONLY_NOTE_FAILED',
    `reading ${note.place}: it is ${noted.name} that was switched, not ${readOnly.name}`,
    { hint: `name ${noted.name} as what switches to read-only mode` },
  );
}

async function putBack({ readOnly, note }: ReadOnlySwitching, remembered: unknown, cause: unknown): Promise<void> {
  try {
    // Under a signal of its own: who stops a run does not want a registry that takes no pushes.
    await readOnly.switchBack(remembered, new AbortController().signal);
    await note.clear();
  } catch (error) {
    const before = cause === undefined ? '' : `; before that: ${messageOf(cause)}`;
    throw new CodedError(
      'READ_ONLY_NOT_PUT_BACK',
      `putting ${readOnly.name} back to read-write: ${messageOf(error)}${before}`,
      {
        hint: 'run `winnow hard-prune --restore-read-write` once the cause is gone',
        cause: error,
      },
    );
  }
}
