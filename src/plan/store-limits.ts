import { formatBytes } from '../util/pure/bytes.ts';
import type { BlobBytes, StoreCounts } from './store-counts.ts';

/** What a single run may do to a registry's storage at most. */
export interface StoreLimits {
  /**
   * Share (0 to 1) of all blobs, and of the bytes of all blobs, that nothing needs and that are old enough to go. Stores with fewer than
   * {@link fewBlobs} are exempt.
   */
  readonly maxDeleteRatio: number;
}

/** Below this number a share says little. */
export const fewBlobs = 20;

/** @returns a sentence for each limit that the counts break; empty when all is well. */
export function brokenStoreLimits({ maxDeleteRatio }: StoreLimits, counts: StoreCounts): readonly string[] {
  const { blobs, live, unneeded, young, repositories, bytes } = counts;
  const allow = 'if it is right, allow it for one run with --max-delete-ratio 1';
  if (blobs === 0 || maxDeleteRatio >= 1) return [];
  if (repositories === 0)
    return [`maxDeleteRatio: ${blobs} blobs are there, and no repository at all: it looks like an accident; ${allow}`];
  if (live === 0 && unneeded > young)
    return [`maxDeleteRatio: not one of ${blobs} blobs is needed by a manifest: it looks like an accident; ${allow}`];
  if (blobs < fewBlobs) return [];
  const go = unneeded - young;
  const broken = (went: string) => `maxDeleteRatio: ${went}, more than ${percent(maxDeleteRatio)}; ${allow}`;
  return [
    ...(go > blobs * maxDeleteRatio ? [broken(`${go} of ${blobs} blobs would go`)] : []),
    ...(bytes !== undefined && weighTooMuch(bytes, maxDeleteRatio)
      ? [broken(`${formatBytes(bytes.goBytes)} of ${formatBytes(bytes.allBytes)} in blobs would go`)]
      : []),
  ];
}

/**
 * How many bytes in needed blobs make what goes small enough; absent where nobody has to know.
 *
 * @param goBytes - of what goes. @param unneededBytes - of that and of what is too young.
 */
export function enoughNeededBytes(
  { maxDeleteRatio }: StoreLimits,
  { blobs }: Pick<StoreCounts, 'blobs'>,
  { goBytes, unneededBytes }: { readonly goBytes: number; readonly unneededBytes: number },
): number | undefined {
  if (maxDeleteRatio >= 1 || blobs < fewBlobs || goBytes === 0) return undefined;
  return goBytes / maxDeleteRatio - unneededBytes;
}

function weighTooMuch({ goBytes, allBytes, isLeast }: BlobBytes, maxDeleteRatio: number): boolean {
  return !isLeast && goBytes > allBytes * maxDeleteRatio;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
