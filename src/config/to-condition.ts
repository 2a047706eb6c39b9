import type { AttributeCondition, Condition, NamePattern, NewestCondition } from '../policy/retention/policy.ts';
import { type ConditionInput, expressionIn, type NewestInput } from './schema/retention-condition.ts';

/** A condition as it is evaluated. Of several keys, all have to be met. */
export function toCondition(input: ConditionInput): Condition {
  const of = partsOf(input);
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { if: 'all', of };
}

/** What each key stands for. */
function partsOf(input: ConditionInput): readonly Condition[] {
  const { youngerThan, olderThan, newest, tagRevisions, matching, pulledWithin } = input;
  const { label, annotation, platform, largerThan, untagged, expired, all, any, not } = input;
  const parts: (Condition | undefined)[] = [
    youngerThan && { if: 'youngerThan', ageMs: youngerThan.age, by: youngerThan.by },
    olderThan && { if: 'olderThan', ageMs: olderThan.age, by: olderThan.by },
    newest && toNewest(newest),
    tagRevisions === undefined ? undefined : { if: 'tagRevisions', count: tagRevisions },
    matching && { if: 'matching', patterns: matching.map(toPattern) },
    pulledWithin === undefined ? undefined : { if: 'pulledWithin', ageMs: pulledWithin },
    label === undefined ? undefined : toAttribute('label', label),
    annotation === undefined ? undefined : toAttribute('annotation', annotation),
    platform === undefined ? undefined : { if: 'attribute', name: 'platform', value: toPattern(platform) },
    largerThan === undefined ? undefined : { if: 'largerThan', sizeBytes: largerThan },
    untagged && { if: 'untagged' },
    expired && { if: 'expired', names: expired },
    all && { if: 'all', of: all.map(toCondition) },
    any && { if: 'any', of: any.map(toCondition) },
    not && { if: 'not', of: toCondition(not) },
  ];
  return parts.filter((part) => part !== undefined);
}

export function toNewest(input: NewestInput): NewestCondition {
  const { count, by } = input;
  const ofEach = 'ofEach' in input ? input.ofEach : undefined;
  const among = 'among' in input ? input.among : undefined;
  return {
    ...{ if: 'newest', count, by },
    ...(ofEach !== undefined && { ofEach }),
    ...(among !== undefined && { among: among.map(toPattern) }),
  };
}

/** `/…/` is an expression, all else a glob. */
export function toPattern(text: string): NamePattern {
  const expression = expressionIn(text);
  return expression === undefined ? { kind: 'glob', text } : { kind: 'expression', text: expression };
}

/** `keep`, or `stage=prod*`. */
export function toAttribute(kind: 'label' | 'annotation', text: string): AttributeCondition {
  const at = text.indexOf('=');
  if (at < 0) return { if: 'attribute', name: `${kind}:${text.trim()}` };
  return { if: 'attribute', name: `${kind}:${text.slice(0, at).trim()}`, value: toPattern(text.slice(at + 1)) };
}
