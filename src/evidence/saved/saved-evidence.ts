import type { Digest } from '../../oci/digest.ts';
import type { Evidence } from '../evidence.ts';
import type { ResourceId } from '../resource.ts';

/** What Winnow remembers of tags and pulls, besides what can be seen. Times are UTC milliseconds. */
export interface Memory {
  firstSeenMs(tag: ResourceId): number | undefined;
  /** Absent: nothing is remembered of any tag. */
  readonly tagHistory?: (tag: ResourceId) => readonly { readonly digest: Digest; readonly sinceMs: number }[];
  /** Absent: pulls are known of nothing. */
  readonly pullsKnownSinceMs?: (scope: string) => number | undefined;
}

/** The first line of a file of evidence. */
export interface EvidenceHeader {
  readonly winnow: 'evidence/v1';
  /** What it tells of: `registry registry.example:5000`. */
  readonly of: string;
  /** UTC milliseconds: what came later was not seen. */
  readonly madeAtMs: number;
  /** How the registry removes tags, as it was found. */
  readonly means?: {
    readonly untagBy: 'tag' | 'digest';
    readonly deleteManifests: boolean;
    readonly untagByOverwrite: boolean;
  };
  readonly remembers: { readonly tagHistory: boolean; readonly pulls: boolean };
}

/** Evidence with all that a decision needs besides, as it was at one time. */
export interface SavedEvidence {
  readonly header: EvidenceHeader;
  readonly evidence: Evidence;
  readonly memory: Memory;
}

/** All of a {@link SavedEvidence} but what the encoder finds out itself. */
export interface EvidenceToSave extends Omit<SavedEvidence, 'header'> {
  readonly header: Omit<EvidenceHeader, 'winnow' | 'remembers'>;
}
