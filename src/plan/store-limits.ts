import type { StoreCounts } from './store-counts.ts';

/** What a single run may do to a registry's storage at most. */
export interface StoreLimits {
  /** Share (0 to 1) of all blobs that nothing needs and that are old enough to go. Stores with fewer than {@link fewBlobs} are exempt. */
  readonly maxDeleteRatio: number;
}

/** Below this number a share says little. */
export const fewBlobs = 20;

/** @returns a sentence for each limit that the counts break; empty when all is well. */
export function brokenStoreLimits({ maxDeleteRatio }: StoreLimits, counts: StoreCounts): readonly string[] {
  const { blobs, live, unneeded, young, repositories } = counts;
  const allow = 'if it is right, allow it for one run with --max-delete-ratio 1';
  if (blobs === 0 || maxDeleteRatio >= 1) return [];
  if (repositories === 0)
    return [`maxDeleteRatio: ${blobs} blobs are there, and no repository at all: it looks like an accident; ${allow}`];
  if (live === 0 && unneeded > young)
    return [`maxDeleteRatio: not one of ${blobs} blobs is needed by a manifest: it looks like an accident; ${allow}`];
  const go = unneeded - young;
  if (blobs < fewBlobs || go <= blobs * maxDeleteRatio) return [];
  const percent = Number((maxDeleteRatio * 100).toFixed(1));
  return [`maxDeleteRatio: ${go} of ${blobs} blobs would go, more than ${percent} %; ${allow}`];
}
