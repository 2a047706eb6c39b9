import { matchesGlob } from '../util/pure/glob.ts';

/** One tag a change, a step, a build: it goes when its record is done with it. */
export interface TransientClass {
  readonly kind: 'transient';
  readonly name: string;
  readonly repositories: readonly string[];
  /** What becomes of a tag that no record is known for. */
  readonly whenNoRecord: 'keep' | 'retire';
  /** With `retire`: how long Winnow must have known the tag on its present digest (or the registry tells that it was pushed). */
  readonly noRecordMinAgeMs: number;
}

/** Kept until their own rule says so. A tag goes when none of the rules that are given keeps it. */
export interface RetainedClass {
  readonly kind: 'retained';
  readonly name: string;
  readonly repositories: readonly string[];
  readonly keepYoungerThanMs?: number;
  readonly keepNewest?: number;
  /** Only an inactive record lets a tag go; age and rank can then but keep it longer. */
  readonly onlyWhenRecordInactive: boolean;
}

/** Never touched. */
export interface ProtectedClass {
  readonly kind: 'protected';
  readonly name: string;
  readonly repositories: readonly string[];
}

export type RepositoryClass = TransientClass | RetainedClass | ProtectedClass;

/** The policy of `reconcile`. A repository belongs to the class whose globs match it; classes do not overlap. */
export interface ReconcilePolicy {
  readonly classes: readonly RepositoryClass[];
}

/** @returns the class of a repository, or `undefined`: unknown, never touched. */
export function classOf(policy: ReconcilePolicy, repository: string): RepositoryClass | undefined {
  return policy.classes.find((one) => one.repositories.some((glob) => matchesGlob(glob, repository)));
}

/** The class of each repository, looked up once. */
export type ClassLookup = (repository: string) => RepositoryClass | undefined;
