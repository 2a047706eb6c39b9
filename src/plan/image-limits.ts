import type { ImageCounts } from './image-counts.ts';
import { brokenLimits, type Limits } from './limits.ts';
import type { RepositoryCounts } from './repository-counts.ts';

/** The limits on tags of a registry, for items of histories and for Images. @returns a sentence for each that is broken. */
export function brokenImageLimits(
  limits: Limits,
  streams: readonly RepositoryCounts[],
  { images }: ImageCounts,
): readonly string[] {
  const { maxDeletions, maxShare } = limits;
  const ofImages: Limits = {
    ...(maxDeletions === undefined ? {} : { maxDeletions }),
    ...(maxShare === undefined ? {} : { maxShare }),
  };
  const all: RepositoryCounts = {
    ...{ repository: 'all', class: 'Images', live: 0, keptByReason: {}, freesBytes: 0 },
    ...{ found: images.found, removed: images.removed },
  };
  return [...brokenLimits(limits, streams, 'items of image streams'), ...brokenLimits(ofImages, [all], 'Images')];
}
