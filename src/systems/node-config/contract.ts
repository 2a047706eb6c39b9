/** What a node's settings should say. */
export interface Tuning {
  /** The kubelet begins to remove images when so much of their disk is used. 0 to 100, above {@link lowPercent}. */
  readonly highPercent: number;
  /** And stops when only so much is. */
  readonly lowPercent: number;
  /** An image that was found later stays. */
  readonly minAgeMs: number;
  /** An image that nothing has used for so long goes, whatever the disk is like. Undefined: left as it is. */
  readonly maxAgeMs?: number;
  /** Whether containerd is to drop packed layers once they are unpacked. False: left as it is. */
  readonly discardUnpackedLayers: boolean;
}

/** Whose file it is. */
export type TunedPart = 'kubelet' | 'k3s' | 'rke2' | 'containerd';

export interface TunedSetting {
  /** As the file writes it: `imageGCHighThresholdPercent`. */
  readonly name: string;
  /** As the file has it now; undefined where it does not say. */
  readonly now?: string;
  readonly wanted: string;
}

/** One file: what it says, what it should say, and its text with the change made. */
export interface FileTuning {
  readonly part: TunedPart;
  readonly path: string;
  /**
   * `as-wanted`: it says so already. `to-change`: {@link after} is the new text. `refused`: it is not understood well enough to be changed, and
   * {@link why} says what stands in the way.
   */
  readonly state: 'as-wanted' | 'to-change' | 'refused';
  readonly settings: readonly TunedSetting[];
  /** Undefined where there is no file yet. */
  readonly before?: string;
  readonly after?: string;
  readonly why?: string;
  /** What to write instead, by hand. */
  readonly byHand: readonly string[];
  /** What else is to be known of it. */
  readonly notes: readonly string[];
  /** What has to be restarted before it holds: `systemctl restart kubelet`. */
  readonly restart: string;
}

/** The files of a node that say when images are collected, and how they are kept. */
export interface NodeConfig {
  /** Looks at all that are there, and works out their change. Nothing is written. */
  read(tuning: Tuning, signal: AbortSignal): Promise<readonly FileTuning[]>;
  /**
   * Writes one, as it was worked out: the file that was there is kept beside it, and its mode and owner stay.
   *
   * @returns the path of the copy; undefined where there was no file.
   * @throws TUNE_CHANGED when the file is not the one any more that was read; TUNE_UNWRITABLE
   */
  write(file: FileTuning, nowMs: number): Promise<string | undefined>;
}
