/**
 * A yes or no about a tag, or about a manifest that no tag points at. Times in milliseconds; what can't be known is never taken for
 * a yes that deletes: see `conditions/`.
 */
export type Condition =
  | { readonly if: 'youngerThan'; readonly ageMs: number; readonly by: AgeBy }
  | { readonly if: 'olderThan'; readonly ageMs: number; readonly by: AgeBy }
  | {
      readonly if: 'newest';
      readonly count: number;
      /** `semver`: the highest versions; what is no version is not met. */
      readonly by: 'pushed' | 'created' | 'semver';
      /** With `semver`: so many of each major, or of each minor line. */
      readonly ofEach?: 'major' | 'minor';
    }
  /** Among the newest so many digests that a tag was on, its present one counted. */
  | { readonly if: 'tagRevisions'; readonly count: number }
  /** Any of the patterns fits the whole name of the tag. */
  | { readonly if: 'matching'; readonly patterns: readonly NamePattern[] }
  | { readonly if: 'pulledWithin'; readonly ageMs: number }
  | {
      readonly if: 'attribute';
      /** `label:KEY`, `annotation:KEY`, or `platform`. */
      readonly name: string;
      /** Absent: whatever its value. */
      readonly value?: NamePattern;
    }
  | { readonly if: 'largerThan'; readonly sizeBytes: number }
  | { readonly if: 'untagged' }
  /** Its own label or annotation says that its time is over: a date (RFC 3339), or a duration since its push (`quay.expires-after: 2w`). */
  | { readonly if: 'expired'; readonly names: readonly string[] }
  | { readonly if: 'all'; readonly of: readonly Condition[] }
  | { readonly if: 'any'; readonly of: readonly Condition[] }
  | { readonly if: 'not'; readonly of: Condition };

/** Which time counts as the beginning: the push, else the first sight; the image's own date; or since when the tag is on its digest. */
export type AgeBy = 'pushed' | 'created' | 'tagged';

/** A glob, or a regular expression of RE2; either must fit the whole name. */
export type NamePattern =
  | { readonly kind: 'glob'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string };

/** One rule of a policy, with the words by which it was written, for reasons: `keepNewest: 5`. */
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
  /** Manifests that no tag leads to go after so long, in milliseconds; absent: they are judged by the rules only. */
  readonly untaggedAfterMs?: number;
}

/** The policies of `winnow prune`, in the order of the settings. What none names stays. */
export interface PrunePolicy {
  readonly policies: readonly RetentionPolicy[];
  /** Nothing is deleted that is younger than this, whatever a rule says: it may be a push under way. Milliseconds. */
  readonly minAgeMs: number;
}
