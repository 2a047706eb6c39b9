import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Answer, all, any, no, not, unknown, yes } from './truth.ts';

const answer = fc.constantFrom(yes('a'), no('b'), unknown('c'));
const answers = fc.array(answer, { maxLength: 4 });
const truths = (list: readonly Answer[]) => list.map(({ truth }) => truth);

test('one no decides an and, also beside what is unknown', () => {
  expect(all([yes('a'), unknown('c'), no('b')])).toEqual(no('b'));
  expect(all([yes('a'), unknown('c')])).toEqual(unknown('c'));
  expect(all([yes('a'), yes('b')])).toEqual(yes('a, b'));
});

test('one yes decides an or, also beside what is unknown', () => {
  expect(any([no('b'), unknown('c'), yes('a')])).toEqual(yes('a'));
  expect(any([no('b'), unknown('c')])).toEqual(unknown('c'));
  expect(any([no('a'), no('b')])).toEqual(no('a, b'));
});

test('what is unknown is unknown the other way round, too', () => {
  expect(not(unknown('c', 'age-unknown'))).toEqual(unknown('c', 'age-unknown'));
  expect(not(yes('a'))).toEqual(no('a'));
});

test('an and is an or turned round', () => {
  fc.assert(
    fc.property(answers, (list) => {
      expect(all(list).truth).toBe(not(any(list.map(not))).truth);
    }),
  );
});

test('knowing more changes no yes and no no', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (list, learned) => {
      const more = list.map((one, n) => (one.truth !== 'unknown' ? one : learned[n] ? yes('d') : no('d')));
      for (const join of [all, any]) {
        const before = join(list).truth;
        if (before !== 'unknown')
          expect([before, truths(more), join(more).truth]).toEqual([before, truths(more), before]);
      }
    }),
  );
});
