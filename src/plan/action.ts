import type { Resource } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
import type { ReasonCode } from '../policy/reason.ts';

/** What can be done to the world. Each is carried out by the system that owns the target's kind. */
export type ActionKind = 'delete-tag' | 'delete-manifest';

/**
 * How a tag goes. `tag`: by its name, it alone. `digest`: with its manifest, in the one request that deletes all
 * actions of its unit. `overwrite`: a unique tiny manifest is pushed over it, and that is deleted by digest.
 */
export type UntagBy = 'tag' | 'digest' | 'overwrite';

/** What must still hold just before an action is done; otherwise it is skipped. */
export interface Precondition {
  /** The tag still points at this digest. */
  readonly digest?: Digest;
  /** No tag but those that the plan removes points at the manifest. */
  readonly untagged?: boolean;
}

export interface Action {
  /** Position in the plan, from 1. */
  readonly n: number;
  readonly do: ActionKind;
  readonly target: Resource;
  readonly by?: UntagBy;
  /** Actions with the same unit are one request: they follow each other in the plan, and stay or go together. */
  readonly unit?: number;
  /** Positions of the actions that must have been done before: what keeps a thing goes before it. */
  readonly after: readonly number[];
  readonly expects: Precondition;
  readonly reason: ReasonCode;
  readonly because: string;
  /** Bytes in blobs that nothing needs once this action and all before it are done; they are reclaimed when blobs are collected. */
  readonly freesBytes: number;
}
