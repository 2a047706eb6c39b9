import type { Reason } from '../../policy/reason.ts';

/** What policies would have done to the world as evidence tells of it. */
export interface PolicyTest {
  /** What the evidence is about: `registry registry.example:5000`. */
  readonly of: string;
  /** When it was gathered, UTC milliseconds. Ages are counted to then. */
  readonly madeAtMs: number;
  readonly tested: PolicyEffect;
  /** The policies that are compared with; absent: none. */
  readonly against?: PolicyEffect;
  /** What the tested policies delete, and those that they are compared with do not; without such: all that they delete. */
  readonly newlyDeleted: readonly PolicyChange[];
  /** What the others delete, and the tested ones keep. */
  readonly newlyKept: readonly PolicyChange[];
  /** How many things could not be seen, and may have kept something. */
  readonly gapCount: number;
}

/** What one set of policies deletes. */
export interface PolicyEffect {
  /** Where it stands: the name of the settings file. */
  readonly name: string;
  readonly tags: number;
  readonly manifests: number;
  /** In blobs that nothing needs afterwards. */
  readonly freesBytes: number;
  /** Rules and policies that nothing met, in words. */
  readonly idleRules: readonly string[];
}

/** A tag or manifest that has another fate. */
export interface PolicyChange {
  /** `host/repo:tag` or `host/repo@sha256:…`. */
  readonly target: string;
  /** By the policies that are tested. */
  readonly reason: Reason;
  /** By those that they are compared with. */
  readonly before?: Reason;
  /** What its deletion frees, by the policies that delete it. */
  readonly freesBytes: number;
}
