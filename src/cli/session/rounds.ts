import { type ExitCode, exitCodeOfError, exitCodes } from '../../report/exit-code.ts';
import type { Terminal } from '../terminal.ts';

export interface RoundsOptions {
  /** From the beginning of one round to that of the next; one that takes longer is followed by the next at once. */
  readonly everyMs: number;
  /** Shows why a round failed. @returns its exit code */
  readonly tell: (error: unknown) => Promise<ExitCode>;
  /** Resolves after so many milliseconds. @throws the reason of the signal, at once, when it is aborted */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Does something again and again until it is stopped. A round that fails is told, and the next one comes all the same: a registry may be
 * out of reach for a while. Only what is wrong with the command or its settings from the start ends it: that does not pass by itself.
 *
 * @returns the exit code of the last round
 * @throws what the first round throws, where the user has to put it right; the reason of a stop in the midst of a round
 */
export async function inRounds(
  { nowMs, signal }: Pick<Terminal, 'nowMs' | 'signal'>,
  { everyMs, tell, wait }: RoundsOptions,
  round: () => Promise<ExitCode>,
): Promise<ExitCode> {
  for (let isFirst = true; ; isFirst = false) {
    const beganAtMs = nowMs();
    let code: ExitCode;
    try {
      code = await round();
    } catch (error) {
      if (signal.aborted || (isFirst && exitCodeOfError(error) === exitCodes.usage)) throw error;
      code = await tell(error);
    }
    try {
      await wait(Math.max(0, beganAtMs + everyMs - nowMs()), signal);
    } catch (error) {
      if (signal.aborted) return code;
      throw error;
    }
  }
}
