import { type Damage, damageKinds } from '../../graph/damage-kinds.ts';
import { type Document, documentHead } from '../document.ts';
import type { FsckFindings } from './findings.ts';
import { outOfSight, sumsOf, toBePushed } from './fsck-words.ts';

/** The findings for programs. */
export function fsckDocument({ system, place, counts, damage, unseen, repair }: FsckFindings): Document {
  const sums = sumsOf(damage);
  return [
    ...documentHead('FsckReport'),
    [system, place],
    ['whole', sums.broken === 0 && unseen.length === 0],
    ['counts', { ...counts, ...sums, unseen: unseen.length }],
    ['findings', findings(damage)],
    ['unseen', unseen],
    ['outOfSight', system === 'registry' ? outOfSight : undefined],
    ['pushAgain', toBePushed(damage)],
    ['repair', repair],
  ];
}

function* findings(damage: readonly Damage[]): Generator<object> {
  for (const { kind, repository, what, cause, neededBy, tags } of damage) {
    const { severity, remedy, meaning } = damageKinds[kind];
    yield {
      ...{ severity, kind, meaning },
      ...(repository === '' ? {} : { repository }),
      what,
      ...(cause === undefined ? {} : { cause }),
      ...{ neededBy, tags, remedy },
    };
  }
}
