import type { Gap } from './gap.ts';

/** A count that fell since the last survey by more than it may. */
export interface Shrinkage {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

/**
 * Compares what was counted with what was counted last time. A source that suddenly sees far less is more often broken (an empty
 * export, the wrong database, a filter) than right.
 *
 * A count that is gone counts as 0; one that is new, or was 0, has nothing to fall from. A count that is no number is strange.
 *
 * @param previous - undefined: nothing is remembered, so nothing is strange
 * @param maxDropShare - 0 … 1: how much of a count may go. At 1 everything may.
 * @returns the count that fell by the largest share, if any fell by more than that
 */
export function shrankStrangely(
  previous: Readonly<Record<string, number>> | undefined,
  current: Readonly<Record<string, number>>,
  maxDropShare = 0.5,
): Shrinkage | undefined {
  if (!(maxDropShare >= 0 && maxDropShare <= 1)) throw new RangeError(`a share is from 0 to 1, not ${maxDropShare}`);
  let worst: Shrinkage | undefined;
  let worstShare = maxDropShare;
  for (const [name, before] of Object.entries(previous ?? {})) {
    const now = Object.hasOwn(current, name) ? (current[name] ?? 0) : 0;
    const share = before === 0 ? 0 : (before - now) / before;
    // Written so that a share that is no number does not pass.
    if (share <= worstShare) continue;
    worst = { name, before, now };
    worstShare = Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
  }
  return worst;
}

export interface ShrinkGuard {
  /** The source's name, as in its other gaps. */
  readonly source: string;
  /** What the gap covers: all that the source speaks of. */
  readonly scope: string;
  readonly hides: Gap['hides'];
  readonly previous: Readonly<Record<string, number>> | undefined;
  readonly current: Readonly<Record<string, number>>;
  /** Default 0.5. */
  readonly maxDropShare?: number;
}

/** The gap that {@link shrankStrangely} calls for, if it does. Until a person has looked, what is missing may be in use. */
export function guardShrink(guard: ShrinkGuard): Gap | undefined {
  const { source, scope, hides, previous, current, maxDropShare } = guard;
  const shrinkage = shrankStrangely(previous, current, maxDropShare);
  if (shrinkage === undefined) return undefined;
  const { name, before, now } = shrinkage;
  return {
    source,
    scope,
    hides,
    cause: `comparing ${source} with its last survey: ${name} fell from ${before} to ${now}`,
    hint: 'Make sure that the source is whole. If so many are really gone, allow a larger drop for one run.',
  };
}
