import type { ResourceId } from '../../evidence/resource.ts';

/** A rank from 1, as far as it can be told: others of the same or of an unknown value may stand before it or behind it. */
export interface RankSpan {
  readonly best: number;
  readonly worst: number;
}

/** An image in a ranking. */
export interface Ranked<Value> {
  readonly image: ResourceId;
  /** Undefined: it takes part, and nobody knows where it stands. */
  readonly value: Value | undefined;
  /** The value is at most so high. Among each other, such images stand in the order of these values. */
  readonly isAtMost?: boolean;
}

/**
 * Ranks images, the highest value first. An image that takes part several times counts once, by its highest value; one of unknown
 * value may stand before any other, and gets no rank.
 *
 * @param compare - positive where the first is the higher.
 */
export function rankSpans<Value>(
  entries: Iterable<Ranked<Value>>,
  compare: (a: Value, b: Value) => number,
): ReadonlyMap<ResourceId, RankSpan> {
  const highest = new Map<ResourceId, Ranked<Value>>();
  for (const entry of entries) highest.set(entry.image, higher(highest.get(entry.image), entry, compare));
  const ranked = [...highest.values()];
  const exact = sorted(ranked, false, compare);
  const bounds = sorted(ranked, true, compare);
  const unknownCount = ranked.length - exact.length - bounds.length;

  const spans = new Map<ResourceId, RankSpan>();
  for (const { image, value, isAtMost } of ranked) {
    if (value === undefined) continue;
    const above = (list: readonly Value[]) => countWhile(list, (other) => compare(other, value) > 0);
    const notBelow = (list: readonly Value[]) => countWhile(list, (other) => compare(other, value) >= 0);
    // What is at most so high may be lower than anything, and is surely not above what is exactly known.
    const surelyAbove = above(exact) + (isAtMost === true ? above(bounds) : 0);
    const notSurelyBelow = (isAtMost === true ? exact.length : notBelow(exact)) + notBelow(bounds);
    spans.set(image, { best: surelyAbove + 1, worst: notSurelyBelow + unknownCount });
  }
  return spans;
}

function higher<Value>(
  one: Ranked<Value> | undefined,
  other: Ranked<Value>,
  compare: (a: Value, b: Value) => number,
): Ranked<Value> {
  if (one?.value === undefined) return other;
  if (other.value === undefined) return one;
  const value = compare(other.value, one.value) > 0 ? other.value : one.value;
  return { ...one, value, isAtMost: one.isAtMost === true || other.isAtMost === true };
}

function sorted<Value>(
  ranked: readonly Ranked<Value>[],
  isAtMost: boolean,
  compare: (a: Value, b: Value) => number,
): readonly Value[] {
  const values = ranked.flatMap((one) =>
    one.value !== undefined && (one.isAtMost ?? false) === isAtMost ? [one.value] : [],
  );
  return values.sort((a, b) => compare(b, a));
}

/** How many at the beginning of a list pass; those that pass stand first. */
function countWhile<Value>(list: readonly Value[], passes: (value: Value) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(list[middle] as Value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
