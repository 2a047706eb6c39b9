import type { Condition, RetentionPolicy, RetentionRule } from '../policy/retention/policy.ts';
import { argumentsInWords, conditionInWords } from '../policy/retention/words.ts';
import type { PrunePolicyInput } from './schema/prune-policies.ts';
import { toAttribute, toCondition, toNewest, toPattern } from './to-condition.ts';

/** Policies of retention as they are evaluated. */
export function toPrunePolicies(policies: readonly PrunePolicyInput[]): readonly RetentionPolicy[] {
  return policies.map(toPrunePolicy);
}

function toPrunePolicy(input: PrunePolicyInput): RetentionPolicy {
  const { name, repositories, untaggedAfter } = input;
  const remove = rulesThatDelete(input);
  return {
    ...{ name, repositories, keep: rulesThatKeep(input, remove.length > 0), delete: remove },
    ...(untaggedAfter !== undefined && { untaggedAfterMs: untaggedAfter }),
  };
}

/**
 * @param besideDelete - where rules say what goes, all other tags stay without being named: then `keepTagRevisions` speaks of what tags
 *   have left behind alone. It would keep every tag otherwise, as each is on its own present image.
 */
function rulesThatKeep(input: PrunePolicyInput, besideDelete: boolean): readonly RetentionRule[] {
  const { keepYoungerThan, keepTagRevisions, keepNewest, keepMatching, keepPulledWithin } = input;
  const { keepLabels, keepAnnotations, keep = [] } = input;
  const rules: RetentionRule[] = [];
  const add = (key: string, when: Condition) => rules.push({ words: `${key} ${argumentsInWords(when)}`, when });
  if (keepYoungerThan !== undefined)
    add('keepYoungerThan', { if: 'youngerThan', ageMs: keepYoungerThan.age, by: keepYoungerThan.by });
  if (keepNewest !== undefined) add('keepNewest', toNewest(keepNewest));
  if (keepTagRevisions !== undefined)
    add('keepTagRevisions', {
      if: 'tagRevisions',
      count: keepTagRevisions,
      ...(besideDelete && { pastOnly: true }),
    });
  if (keepMatching !== undefined) add('keepMatching', { if: 'matching', patterns: keepMatching.map(toPattern) });
  if (keepPulledWithin !== undefined) add('keepPulledWithin', { if: 'pulledWithin', ageMs: keepPulledWithin });
  if (keepLabels !== undefined) rules.push(attributes('keepLabels', 'label', keepLabels));
  if (keepAnnotations !== undefined) rules.push(attributes('keepAnnotations', 'annotation', keepAnnotations));
  return [...rules, ...keep.map((one) => general('keep', toCondition(one)))];
}

function rulesThatDelete(input: PrunePolicyInput): readonly RetentionRule[] {
  const { deleteMatching, deleteLargerThan, deleteExpired, delete: remove = [] } = input;
  const rules: RetentionRule[] = [];
  const add = (key: string, when: Condition) => rules.push({ words: `${key} ${argumentsInWords(when)}`, when });
  if (deleteMatching !== undefined) add('deleteMatching', { if: 'matching', patterns: deleteMatching.map(toPattern) });
  if (deleteLargerThan !== undefined) add('deleteLargerThan', { if: 'largerThan', sizeBytes: deleteLargerThan });
  if (deleteExpired !== undefined) add('deleteExpired', { if: 'expired', names: deleteExpired });
  return [...rules, ...remove.map((one) => general('delete', toCondition(one)))];
}

function attributes(key: string, kind: 'label' | 'annotation', texts: readonly string[]): RetentionRule {
  return { words: `${key} ${texts.join(', ')}`, when: { if: 'any', of: texts.map((text) => toAttribute(kind, text)) } };
}

function general(key: 'keep' | 'delete', when: Condition): RetentionRule {
  return { words: `${key} ${conditionInWords(when)}`, when };
}
