import { CodedError } from '../../util/pure/coded-error.ts';

/** Asks, unless an answer has failed to come in time before. @throws what the asking throws; what it threw when the runtime hung */
export type UnlessHung = <T>(ask: () => Promise<T>) => Promise<T>;

/** Once an answer has not come in time, nothing more is asked: each of hundreds of actions would wait as long. */
export function untilHung(): UnlessHung {
  let hung: CodedError | undefined;
  return async (ask) => {
    if (hung !== undefined) throw hung;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CodedError && error.code === 'RUNTIME_TIMED_OUT') hung = error;
      throw error;
    }
  };
}
