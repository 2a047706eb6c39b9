const DAY_MS = 86_400_000;

/** Ranges of ages, by the time at which an image was created; the last is for those of which it is not known. */
export const ageRanges = [
  { words: 'under 7 d', underMs: 7 * DAY_MS },
  { words: '7 to 30 d', underMs: 30 * DAY_MS },
  { words: '30 to 90 d', underMs: 90 * DAY_MS },
  { words: '90 d to 1 y', underMs: 365 * DAY_MS },
  { words: 'over 1 y', underMs: Number.POSITIVE_INFINITY },
  { words: 'unknown', underMs: undefined },
] as const;

/** Which of {@link ageRanges} a tag is in, at a moment. */
export function ageRangeOf(createdAtMs: number | undefined, nowMs: number): number {
  if (createdAtMs === undefined) return ageRanges.length - 1;
  return ageRanges.findIndex(({ underMs }) => underMs !== undefined && nowMs - createdAtMs < underMs);
}

const fates = ['goes', 'stays', 'used'] as const;

/** How many tags are of one range, and the bytes that each of them holds alone, by what becomes of them. */
export type AgeCount = Readonly<Record<(typeof fates)[number], { readonly tags: number; readonly bytes: number }>>;

/** A tag, as far as it is counted here. */
export interface AgedTag {
  readonly createdAtMs?: number;
  readonly verdict: (typeof fates)[number];
  readonly exclusiveBytes: number;
}

/** Tags by age: one count for each of {@link ageRanges}. */
export function countAges(tags: Iterable<AgedTag>, nowMs: number): readonly AgeCount[] {
  const counts = noAges();
  for (const { createdAtMs, verdict, exclusiveBytes } of tags) {
    const count = counts[ageRangeOf(createdAtMs, nowMs)]?.[verdict];
    if (count === undefined) continue;
    count.tags += 1;
    count.bytes += exclusiveBytes;
  }
  return counts;
}

/** The ages of several repositories together. */
export function sumAges(all: Iterable<readonly AgeCount[]>): readonly AgeCount[] {
  const sums = noAges();
  for (const ages of all)
    for (const [n, count] of ages.entries())
      for (const fate of fates) {
        const sum = sums[n]?.[fate];
        if (sum === undefined) continue;
        sum.tags += count[fate].tags;
        sum.bytes += count[fate].bytes;
      }
  return sums;
}

function noAges() {
  const none = () => ({ tags: 0, bytes: 0 });
  return ageRanges.map(() => ({ goes: none(), stays: none(), used: none() }));
}
