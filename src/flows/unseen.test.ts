import { expect, test } from 'vitest';
import type { Gap } from '../evidence/gap.ts';
import type { Damage } from '../graph/damage-kinds.ts';
import { gapsNotTold } from './unseen.ts';

const gap = (scope: string, cause: string): Gap => ({ scope, hides: 'references', source: 's', cause });
const damaged = (repository: string, what: string): Damage => {
  return { kind: 'tag-unreadable', repository, what, neededBy: [], tags: [] };
};

test('a gap that speaks of what was found to be damaged is told already', () => {
  const gaps = [gap('r/app', 'reading the tag app:v1: its link is empty'), gap('r/app', 'reading the tag app:v2: odd')];

  expect(gapsNotTold(gaps, [damaged('app', 'v1')], 'r')).toEqual([gaps[1]]);
});

test('longer names, other repositories, and all of the registry are something else', () => {
  const gaps = [
    gap('r/app', 'reading the tag app:v1.2: odd'),
    gap('r/app', 'reading the tag app:dev-v1: odd'),
    gap('r/app/nested', 'reading the tag app/nested:v1: odd'),
    gap('r', 'listing v1: odd'),
    gap('', 'v1'),
  ];

  expect(gapsNotTold(gaps, [damaged('app', 'v1')], 'r')).toEqual(gaps);
});
