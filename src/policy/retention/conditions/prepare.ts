import type { View } from '../../view.ts';
import type { Candidate } from '../candidate.ts';
import type { Condition } from '../policy.ts';
import type { Beginnings } from '../times.ts';
import type { Answer } from '../truth.ts';

/** What conditions look at: made once for a decision, and shared by all rules. */
export interface Sight {
  readonly view: View;
  readonly beginnings: Beginnings;
  /** Tags that take part in rankings, by the repository's scope: none that belong to another image. */
  readonly rankedTags: (scope: string) => readonly Candidate[];
  /** Repositories' histories; undefined: nothing is remembered. */
  readonly placeInHistory: ((scope: string, digest: string) => number | undefined) | undefined;
}

/** Answers a condition for one candidate after the other. */
export type Test = (candidate: Candidate) => Answer;

/** Prepares a condition of one kind, once. */
export type Prepare<Kind extends Condition['if']> = (
  condition: Extract<Condition, { readonly if: Kind }>,
  sight: Sight,
) => Test;
