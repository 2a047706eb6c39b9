import type { Condition } from '../policy.ts';
import { all, any, not } from '../truth.ts';
import { youngerThan } from './age.ts';
import { attribute } from './attribute.ts';
import { expired } from './expired.ts';
import { largerThan } from './larger-than.ts';
import { matching, untagged } from './named.ts';
import { newest } from './newest.ts';
import type { Prepare, Sight, Test } from './prepare.ts';
import { pulledWithin } from './pulled-within.ts';
import { tagRevisions } from './tag-revisions.ts';

/** All kinds of conditions. */
const preparations: { readonly [Kind in Condition['if']]: Prepare<Kind> } = {
  youngerThan,
  olderThan: ({ ageMs, by }, sight) => {
    const isYounger = youngerThan({ if: 'youngerThan', ageMs, by }, sight);
    return (candidate) => not(isYounger(candidate));
  },
  newest,
  tagRevisions,
  matching,
  pulledWithin,
  attribute,
  largerThan,
  untagged,
  expired,
  all: ({ of }, sight) => {
    const tests = of.map((condition) => prepareCondition(condition, sight));
    return (candidate) => all(tests.map((test) => test(candidate)));
  },
  any: ({ of }, sight) => {
    const tests = of.map((condition) => prepareCondition(condition, sight));
    return (candidate) => any(tests.map((test) => test(candidate)));
  },
  not: ({ of }, sight) => {
    const test = prepareCondition(of, sight);
    return (candidate) => not(test(candidate));
  },
};

/** Prepares a condition of any kind. */
export function prepareCondition<Kind extends Condition['if']>(
  condition: Extract<Condition, { readonly if: Kind }>,
  sight: Sight,
): Test {
  const prepare: Prepare<Kind> = preparations[condition.if as Kind];
  return prepare(condition, sight);
}
