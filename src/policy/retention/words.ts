import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { AgeBy, Condition, NamePattern } from './policy.ts';

/** A condition as one would say it: `youngerThan 30d by created`, `any of (untagged, not matching v*)`. */
export function conditionInWords(condition: Condition): string {
  const rest = argumentsInWords(condition);
  return condition.if === 'attribute' ? rest : `${condition.if} ${rest}`.trimEnd();
}

/** What a condition asks for, without its kind: `30d by created`. */
export function argumentsInWords(condition: Condition): string {
  switch (condition.if) {
    case 'youngerThan':
    case 'olderThan':
      return `${formatDuration(condition.ageMs)}${by(condition.by)}`;
    case 'newest': {
      const each = condition.ofEach === undefined ? '' : ` of each ${condition.ofEach}`;
      const among = condition.among === undefined ? '' : ` among ${patternsInWords(condition.among)}`;
      return `${condition.count}${by(condition.by)}${each}${among}`;
    }
    case 'tagRevisions':
      return String(condition.count);
    case 'matching':
      return patternsInWords(condition.patterns);
    case 'pulledWithin':
      return formatDuration(condition.ageMs);
    case 'largerThan':
      return formatBytes(condition.sizeBytes);
    case 'untagged':
      return '';
    case 'expired':
      return condition.names.join(', ');
    case 'attribute':
      return `${condition.name}${condition.value === undefined ? '' : `=${patternInWords(condition.value)}`}`;
    case 'all':
    case 'any':
      return `of (${condition.of.map(conditionInWords).join(', ')})`;
    case 'not':
      return conditionInWords(condition.of);
  }
}

function by(time: AgeBy | 'semver'): string {
  return time === 'pushed' ? '' : ` by ${time}`;
}

function patternsInWords(patterns: readonly NamePattern[]): string {
  return patterns.map(patternInWords).join(', ');
}

function patternInWords({ kind, text }: NamePattern): string {
  return kind === 'glob' ? text : `/${text}/`;
}
