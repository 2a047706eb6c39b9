/** When images go for want of space, and until when: percent of the disk, by the kubelet's formula. */
export interface Watermarks {
  /** Nothing goes while less is used. */
  readonly highPercent: number;
  readonly lowPercent: number;
}

interface Space {
  readonly capacityBytes: number;
  readonly availableBytes: number;
}

/**
 * Used percent as the kubelet counts it: `100 - available * 100 / capacity`, where `available` is what a user without privileges can still
 * fill. Blocks that are reserved for root count as used, so it reads higher than `df`'s.
 */
export function usedPercent({ capacityBytes, availableBytes }: Space): number {
  return capacityBytes <= 0 ? 0 : 100 - (availableBytes * 100) / capacityBytes;
}

/** Bytes that have to go: none below the high watermark, else what is missing to the low one. */
export function bytesToFree(space: Space, { highPercent, lowPercent }: Watermarks): number {
  if (usedPercent(space) < highPercent) return 0;
  return Math.max(0, Math.ceil((space.capacityBytes * (100 - lowPercent)) / 100 - space.availableBytes));
}
