import type { Registry } from '../contract.ts';

/** A verb of the contract. */
export type Verb = Exclude<keyof Registry, 'host' | 'url' | 'close'>;

/** One call: the verb, and its arguments without the signal. */
export interface Call {
  readonly verb: Verb;
  readonly args: readonly unknown[];
}

/** Which calls of a verb something happens to. Default: all of them. */
export interface Occasion {
  /** The n-th call from now on that fits, from 1. */
  readonly nth?: number;
  /** Calls whose arguments fit. */
  readonly when?: (...args: readonly string[]) => boolean;
  /** For lists: fail after so many entries. */
  readonly afterEntries?: number;
}

type Happening = (signal: AbortSignal, args: readonly string[]) => Promise<void> | void;

interface Line {
  readonly verb: Verb;
  readonly occasion: Occasion;
  readonly happen: Happening;
  seen: number;
}

/** What is to happen to whom, and what happened. */
export interface Script {
  /** All calls so far, in order. */
  readonly calls: readonly Call[];
  count(verb: Verb): number;
  /** The call fails with this error. */
  fail(verb: Verb, error: Error, occasion?: Occasion): void;
  /** The call never answers: it ends when its signal is aborted. */
  hang(verb: Verb, occasion?: Occasion): void;
  /** Runs first: the world can change between one call and the next. */
  before(verb: Verb, hook: (...args: readonly string[]) => Promise<void> | void, occasion?: Occasion): void;
  /** Plays what is written for a call. @throws what the script says, or the signal's reason */
  play(verb: Verb, args: readonly unknown[], signal: AbortSignal): Promise<(entries: number) => Promise<void>>;
}

export function createScript(): Script {
  const calls: Call[] = [];
  const lines: Line[] = [];
  const write = (verb: Verb, occasion: Occasion, happen: Happening) => lines.push({ verb, occasion, happen, seen: 0 });

  return {
    calls,
    count: (verb) => calls.filter((call) => call.verb === verb).length,
    fail: (verb, error, occasion = {}) =>
      write(verb, occasion, () => {
        throw error;
      }),
    hang: (verb, occasion = {}) => write(verb, occasion, untilAborted),
    before: (verb, hook, occasion = {}) => write(verb, occasion, (_, args) => hook(...args)),
    play: async (verb, args, signal) => {
      signal.throwIfAborted();
      calls.push({ verb, args });
      const due = lines.filter((line) => line.verb === verb && isDue(line, args));
      for (const { occasion, happen } of due)
        if (occasion.afterEntries === undefined) await happen(signal, args as readonly string[]);
      return async (entries) => {
        signal.throwIfAborted();
        for (const { occasion, happen } of due)
          if (occasion.afterEntries === entries) await happen(signal, args as readonly string[]);
      };
    },
  };
}

function isDue(line: Line, args: readonly unknown[]): boolean {
  const { nth, when } = line.occasion;
  if (when !== undefined && !when(...(args as readonly string[]))) return false;
  line.seen += 1;
  return nth === undefined || line.seen === nth;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
