import type { ReadOnlySwitch, SwitchNote } from '../systems/read-only-switch/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';

export interface ReadOnlyInput {
  readonly readOnly: ReadOnlySwitch;
  readonly note: SwitchNote;
  readonly signal: AbortSignal;
  /** For putting it back, which a stop of the run must not prevent. */
  readonly backSignal: AbortSignal;
}

/**
 * Does something while a registry is in read-only mode, and puts it back whatever becomes of that. How it was is written down before it is
 * switched, so that {@link restoreReadWrite} puts it back even after a crash.
 *
 * @throws what the work throws; READ_ONLY_NOT_PUT_BACK, with that as its cause
 */
export async function inReadOnlyMode<T>(input: ReadOnlyInput, work: () => Promise<T>): Promise<T> {
  const { readOnly, note, signal } = input;
  // A note that is there is of a run that died: what it remembers is how it was before that.
  const remembered = (await notedBefore(input)) ?? { name: readOnly.name, remembered: await readOnly.remember(signal) };
  await note.write(remembered);
  let done: { readonly value: T } | { readonly error: unknown };
  try {
    await readOnly.switchOn(remembered.remembered, signal);
    done = { value: await work() };
  } catch (error) {
    done = { error };
  }
  await putBack(input, remembered.remembered, 'error' in done ? done.error : undefined);
  if ('error' in done) throw done.error;
  return done.value;
}

/** Puts back what a run that died has left switched. @throws READ_ONLY_NOT_PUT_BACK */
export async function restoreReadWrite(input: ReadOnlyInput): Promise<'restored' | 'nothing-to-do'> {
  const noted = await notedBefore(input);
  if (noted === undefined) return 'nothing-to-do';
  await putBack(input, noted.remembered, undefined);
  return 'restored';
}

async function notedBefore({ readOnly, note }: ReadOnlyInput) {
  const noted = await note.read();
  if (noted === undefined || noted.name === readOnly.name) return noted;
  throw new CodedError(
    'READ_ONLY_NOTE_FAILED',
    `reading ${note.place}: it is ${noted.name} that was switched, not ${readOnly.name}`,
    { hint: `name ${noted.name} as what switches to read-only mode` },
  );
}

async function putBack(
  { readOnly, note, backSignal }: ReadOnlyInput,
  remembered: unknown,
  cause: unknown,
): Promise<void> {
  try {
    await readOnly.switchBack(remembered, backSignal);
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
