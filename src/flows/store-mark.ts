import type { Gap } from '../evidence/gap.ts';
import type { ResourceKind } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
import type { SurveyCounts } from '../systems/store/contract.ts';

/** The mark of a whole storage, made once so that many processes can each sweep a part of it: what it is of, and what it saw. */
export interface StoreMarkHeader {
  readonly winnow: 'mark/v1';
  /** Kind and place of the store. */
  readonly store: string;
  /** When the look began, UTC milliseconds by the clock of who made it. */
  readonly madeAtMs: number;
  /** By how much the storage's own time was ahead of that clock, whole milliseconds. Absent: who made it could not write there to ask. */
  readonly aheadMs?: number;
  /** Nobody takes it from then on. */
  readonly expiresAtMs: number;
  readonly counts: SurveyCounts;
  readonly gaps: readonly Gap[];
  /** Sentences on limits that it broke: then nobody may delete by it. */
  readonly broken: readonly string[];
}

/** What a mark says of the blobs whose digests begin with the same byte. */
export interface MarkedBlobs {
  /** Two lower-case hexadecimal characters. */
  readonly prefix: string;
  /** In their place, and needed. */
  readonly needed: readonly Digest[];
  /** In their place, and needed by nothing. */
  readonly unneeded: readonly Digest[];
  /** Needed, and not in their place. */
  readonly missing: readonly Digest[];
  /** Repositories with a layer link to what nothing needs: positions in {@link unneeded}. */
  readonly links: Readonly<Record<string, readonly number[]>>;
}

/** What only lies about. */
export interface MarkedLeftover {
  readonly kind: ResourceKind;
  readonly scope: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly pushedAtMs: number;
}

export interface StoreMark {
  readonly header: StoreMarkHeader;
  /** One for each first byte. */
  readonly blobs: Iterable<MarkedBlobs>;
  readonly leftovers: readonly MarkedLeftover[];
}

/** The part of a mark that one process works on. */
export interface MarkPart {
  readonly header: StoreMarkHeader;
  readonly blobs: readonly MarkedBlobs[];
  readonly leftovers: readonly MarkedLeftover[];
}
