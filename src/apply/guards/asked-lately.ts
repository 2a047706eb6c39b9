/** Who asks only when the last answer is too old. */
export interface AskedLatelyOptions<Answer> {
  readonly read: (signal: AbortSignal) => Promise<Answer>;
  readonly nowMs: () => number;
  /** How old an answer may be, at least; ten times what the asking takes, when that is longer. */
  readonly maxAgeMs: number;
}

/** Asks, unless there is a fresh answer or the question is under way. An answer is as old as its question. */
export function askedLately<Answer>(options: AskedLatelyOptions<Answer>): (signal: AbortSignal) => Promise<Answer> {
  const { nowMs } = options;
  let answer: { readonly now: Promise<Answer>; readonly askedAtMs: number; tookMs: number } | undefined;
  return (signal) => {
    if (answer !== undefined && nowMs() - answer.askedAtMs <= Math.max(options.maxAgeMs, 10 * answer.tookMs))
      return answer.now;
    const asked = { now: options.read(signal), askedAtMs: nowMs(), tookMs: 0 };
    asked.now.then(
      () => {
        asked.tookMs = nowMs() - asked.askedAtMs;
      },
      () => undefined,
    );
    answer = asked;
    return asked.now;
  };
}
