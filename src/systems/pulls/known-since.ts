/** What is known of one part of a log: a file. Times are UTC milliseconds. */
export interface LogPart {
  /** Absent: it has no events. */
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** Something between its events could not be read. */
  readonly hasHole: boolean;
  /** The first event behind the last hole; absent: the hole is at its end. */
  readonly afterHoleMs?: number;
  /** It ends within a line: somebody is writing, or it was cut. Only parts that came later can tell which. */
  readonly isTorn: boolean;
}

/**
 * Since when every event is known. That nothing is missing between two parts, or between two events, nobody can tell: whoever keeps the log
 * answers for that.
 */
export function knownSince(parts: readonly LogPart[]): number | undefined {
  const firsts = parts.flatMap(({ firstMs }) => firstMs ?? []);
  let sinceMs = firsts.length === 0 ? undefined : firsts.reduce((least, one) => Math.min(least, one));
  for (const { lastMs = Number.NEGATIVE_INFINITY, hasHole, afterHoleMs, isTorn } of parts) {
    const later = firsts.filter((firstMs) => firstMs > lastMs);
    const nextMs = later.length === 0 ? undefined : later.reduce((least, one) => Math.min(least, one));
    const fromMs: (number | undefined)[] = [];
    if (hasHole) fromMs.push(afterHoleMs ?? nextMs);
    if (isTorn && nextMs !== undefined) fromMs.push(nextMs);
    for (const one of fromMs) sinceMs = one === undefined || sinceMs === undefined ? undefined : Math.max(sinceMs, one);
  }
  return sinceMs;
}
