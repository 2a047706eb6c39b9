import { type Damage, damageKinds } from '../../graph/damage-kinds.ts';
import { type Document, documentHead } from '../document.ts';
import type { FsckFindings } from './findings.ts';
import { outOfSight, sumsOf, toBePushed } from './fsck-words.ts';
import type { RunCheck } from './run-check.ts';

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

/** What a run's report for programs says of the check around it. */
export function checkDocument(check: RunCheck): object {
  const { before, appeared, healed, unseen, notLooked } = check;
  const all = (damage: readonly Damage[]) => ({ ...sumsOf(damage), findings: [...findings(damage)] });
  const found = { before: all(before) };
  if (notLooked !== undefined) return { ...found, notLooked };
  return { ...found, new: all(appeared), putRight: all(healed), unseen };
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
