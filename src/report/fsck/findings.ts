import type { Gap } from '../../evidence/gap.ts';
import type { Damage } from '../../graph/damage-kinds.ts';

/** What was looked at, in numbers. */
export interface FsckCounts {
  readonly repositories: number;
  readonly tags: number;
  readonly manifests: number;
  readonly blobs: number;
  /** Manifests of a type that is not understood: what they need is not known, and was not looked for. */
  readonly notUnderstood: number;
  /** Blobs whose content was hashed; absent where that was not asked for. */
  readonly verifiedBlobs?: number;
  readonly verifiedBytes?: number;
}

/** What is wrong with a registry, or with a registry's storage. */
export interface FsckFindings {
  readonly system: 'store' | 'registry';
  /** The store's name, or the registry's host. */
  readonly place: string;
  readonly counts: FsckCounts;
  /** The worst first. */
  readonly damage: readonly Damage[];
  /** What could not be looked at. */
  readonly unseen: readonly Gap[];
  /** What was, or would be, healed; absent where that was not asked for. */
  readonly repair?: Repair;
}

/** What is healed without anybody's help. */
export interface Repair {
  /** False: it only tells what it would do. */
  readonly confirmed: boolean;
  readonly steps: readonly RepairStep[];
}

/** Data moved back from the quarantine, or a link written. */
export interface RepairStep {
  readonly do: 'restore' | 'link';
  /** Whose link; absent for data, which all repositories share. */
  readonly repository?: string;
  readonly digest: string;
  /** `planned`: only shown. `there`: somebody else has done it meanwhile. */
  readonly outcome: 'planned' | 'done' | 'there' | 'failed';
  /** Why it failed. */
  readonly cause?: string;
}
