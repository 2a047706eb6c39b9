import type { Gap } from '../gap.ts';

/*
 * A snapshot is JSON Lines:
 *
 *   {"winnow":"snapshot/v1","cluster":"prod-eu","takenAtMs":…,"kinds":{"Pod":2, …},"gaps":[…], …}       the header
 *   {"kind":"Pod","namespace":"shop","name":"web-1","holds":["Pod shop/web-1, …"],"uses":["registry.example/app:1"]}   one line a workload
 *   {"end":{"workloads":2,"sha256":"…"}}                                        how many, and the hash of all lines before
 *
 * The last line tells one that was cut short or changed. It is no signature: who can write it can make a new one.
 */

/** What a snapshot begins with. */
export interface SnapshotHeader {
  readonly winnow: 'snapshot/v1';
  /** The name that the cluster has in Winnow's settings there. */
  readonly cluster: string;
  /** Where it was asked, without credentials: `kubernetes:?context=prod`. */
  readonly shown: string;
  /** UTC milliseconds: when the asking began. What started later is not in it. */
  readonly takenAtMs: number;
  /** The version of Winnow that took it. */
  readonly by: string;
  /** How many workloads of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What could not be seen there. It travels along, and can only keep. */
  readonly gaps: readonly Gap[];
}

/** Something that uses images, or has used them. */
export interface SnapshotWorkload {
  readonly kind: string;
  /** Absent for what belongs to no namespace. */
  readonly namespace?: string;
  readonly name: string;
  readonly createdAtMs?: number;
  /** Who uses its images, in words that its owner knows. Empty: nobody any more; a pod that has ended. */
  readonly holds: readonly string[];
  /** Names of images, just as they were written. */
  readonly uses: readonly string[];
  /** Names of image streams' tags and images, in OpenShift. */
  readonly usesOfStreams?: readonly string[];
}

export const SNAPSHOT_VERSION = 'snapshot/v1';
