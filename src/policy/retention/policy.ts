/**
 * A yes or no about a tag, or about a manifest that no tag leads to. Times in milliseconds; what can't be known is never taken for
 * a yes that deletes, nor for a no that lets go: see `truth.ts`.
 */
export type Condition =
  | { readonly if: 'youngerThan'; readonly ageMs: number; readonly by: AgeBy }
  | { readonly if: 'olderThan'; readonly ageMs: number; readonly by: AgeBy }
  | NewestCondition
  | TagRevisionsCondition
  /** Any of the patterns fits the whole name of the tag. */
  | { readonly if: 'matching'; readonly patterns: readonly NamePattern[] }
  | { readonly if: 'pulledWithin'; readonly ageMs: number }
  | AttributeCondition
  /** All platforms of an index together. */
  | { readonly if: 'largerThan'; readonly sizeBytes: number }
  | { readonly if: 'untagged' }
  /**
   * One of these attributes says that its time is over: a date (RFC 3339), or a duration since its push (`label:quay.expires-after` is
   * `2w`). Images inherit labels from their base, and expire with it: only what is named here counts.
   */
  | { readonly if: 'expired'; readonly names: readonly string[] }
  | { readonly if: 'all'; readonly of: readonly Condition[] }
  | { readonly if: 'any'; readonly of: readonly Condition[] }
  | { readonly if: 'not'; readonly of: Condition };

/** Among the first so many images of its repository. Tags of one image share a rank; what no tag is on has none. */
export interface NewestCondition {
  readonly if: 'newest';
  readonly count: number;
  /** `semver`: the highest versions; what is no version is not met. */
  readonly by: 'pushed' | 'created' | 'semver';
  /** With `semver`: so many of each major, or of each minor line. */
  readonly ofEach?: 'major' | 'minor';
  /** Only tags of these names are counted, and can be met. */
  readonly among?: readonly NamePattern[];
}

/** Among the newest so many digests that a tag of the repository was on, its present one counted. */
export interface TagRevisionsCondition {
  readonly if: 'tagRevisions';
  readonly count: number;
  /** Only what tags have left behind is met, and no tag by itself. */
  readonly pastOnly?: boolean;
}

/** Of an index it is met where it is true of the index itself, or of every image that it lists. */
export interface AttributeCondition {
  readonly if: 'attribute';
  /** `label:KEY`, `annotation:KEY`, or `platform`. */
  readonly name: string;
  /** Absent: whatever its value. */
  readonly value?: NamePattern;
}

/**
 * Which time counts as the beginning.
 *
 * - `pushed`: when the registry says that the tag, or else the image, was pushed; where it does not say, when Winnow first saw the tag on
 *   that image. A tag that is put on an old image is as old as the registry says; by Winnow's own sight it begins anew.
 * - `created`: the date in the image, however often it is tagged again. Dates before 2000 and in the future are placeholders, and unknown.
 * - `tagged`: since when Winnow has seen the tag on its image: it begins anew whenever the tag moves. Of what has no tag: since the last left it.
 */
export type AgeBy = 'pushed' | 'created' | 'tagged';

/** A glob, or a regular expression of RE2; either must fit the whole name. */
export type NamePattern =
  | { readonly kind: 'glob'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string };

/** One rule of a policy, with the words by which it was written, for reasons: `keepNewest 5`. */
export interface RetentionRule {
  readonly words: string;
  readonly when: Condition;
}

/** What becomes of the tags of some repositories that nobody uses. */
export interface RetentionPolicy {
  readonly name: string;
  /** Globs. A repository belongs to the first policy that names it. */
  readonly repositories: readonly string[];
  /** What meets any of these stays. Keep beats delete. */
  readonly keep: readonly RetentionRule[];
  /** What meets any of these, and no rule that keeps, goes. Empty: all that no rule keeps goes, if there is any rule that keeps. */
  readonly delete: readonly RetentionRule[];
  /** Manifests that no tag leads to go after so long, in milliseconds, if no rule keeps them; absent: they are judged by the rules only. */
  readonly untaggedAfterMs?: number;
}

/** The policies of `winnow prune`, in the order of the settings. What none names stays. */
export interface PrunePolicy {
  readonly policies: readonly RetentionPolicy[];
  /** Nothing is deleted that is younger than this by its push, whatever a rule says: it may be a push under way. Milliseconds; 0: no matter. */
  readonly minAgeMs: number;
}
