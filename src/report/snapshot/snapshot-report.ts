import type { Gap } from '../../evidence/gap.ts';

/** What taking a snapshot of a cluster came to. */
export interface SnapshotReport {
  readonly cluster: string;
  /** Where it was asked, without credentials. */
  readonly shown: string;
  /** UTC milliseconds. */
  readonly takenAtMs: number;
  /** Where it lies, or would. */
  readonly place: string;
  /** False: what lies there may be better; see {@link refusal}. */
  readonly written: boolean;
  /** `gaps`: nothing is missing in the one that lies there. `drop`: it has more than twice as many workloads. */
  readonly refusal?: 'gaps' | 'drop';
  readonly workloads: number;
  /** Distinct names of images. */
  readonly references: number;
  /** Workloads of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly gaps: readonly Gap[];
  /** What lay there before. `torn`: it could not be read to its end. */
  readonly before?:
    | { readonly state: 'good' | 'with-gaps'; readonly takenAtMs: number; readonly workloads: number }
    | { readonly state: 'torn' };
  /** As it lies there, packed. */
  readonly sizeBytes?: number;
  readonly digest?: string;
}
