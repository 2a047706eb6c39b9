import type { SnapshotHeader } from '../../../evidence/snapshot/format.ts';
import { formatDuration } from '../../../util/pure/duration.ts';

/** By which the clocks of two machines may differ. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Why a snapshot can't be trusted, and one next step. */
export interface Doubt {
  readonly cause: string;
  readonly hint?: string;
}

/** What there is against a snapshot that could be read to its end; undefined where it can be trusted. */
export function doubtOf(
  { cluster, takenAtMs }: Pick<SnapshotHeader, 'cluster' | 'takenAtMs'>,
  { of, maxAgeMs }: { readonly of?: string; readonly maxAgeMs: number },
  nowMs: number,
): Doubt | undefined {
  if (of !== undefined && of !== cluster)
    return {
      cause: `it is of the cluster ${cluster}, and ${of} is expected`,
      hint: 'correct the place or the name in the settings: the name is what --cluster-name said where it was taken',
    };
  const ageMs = nowMs - takenAtMs;
  if (ageMs > maxAgeMs)
    return {
      cause: `it was taken ${formatDuration(ageMs)} ago, and may be ${formatDuration(maxAgeMs)} old`,
      hint: 'see why no newer one was taken there (winnow snapshot), or let its maxAge be longer',
    };
  if (ageMs < -CLOCK_SKEW_MS)
    return {
      cause: `it was taken ${formatDuration(-ageMs)} from now: how old it is can not be told`,
      hint: 'put the clock right there or here, and take it again',
    };
  return undefined;
}
