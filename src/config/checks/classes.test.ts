import { expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

const check = (...classes: string[]) =>
  checkSettings(
    `records: [file:a.csv]\nreconcile:\n  classes:\n${classes.map((one) => `    - {${one}}\n`).join('')}`,
    'w.yaml',
  ).problems.map(formatProblem);

test.each([
  ['opschain/*', 'opschain/runner-*', 'opschain/runner-app'],
  ['opschain/*', '*/runner', 'opschain/runner'],
  ['opschain/**', 'opschain/a/b', 'opschain/a/b'],
  ['opschain/*', 'opschain/*', 'opschain/app'],
  ['a/*-x', 'a/y-*', 'a/y-app-x'],
  ['*/x/*', 'a/**', 'a/x/app'],
  ['**a**b**', '**c**d**', undefined],
  ['app?', 'app?', 'appx'],
])('%s and %s in two classes overlap, with a name for both: %s', (one, other, name) => {
  const example = name === undefined ? '' : `; ${name} would belong to both`;
  expect(
    check(
      `name: a, kind: protected, repositories: [x, '${one}']`,
      `name: b, kind: retained, keepNewest: 1, repositories: ['${other}']`,
    ),
  ).toEqual([
    `w.yaml:5:63: reconcile.classes[1].repositories[0]: ${JSON.stringify(other)}: it overlaps with ${JSON.stringify(one)} of class a${example} (narrow one of the two globs: a repository belongs to one class)`,
  ]);
});

test.each([
  ['opschain/*', 'opschain/a/b'],
  ['opschain/*', 'limepoint/*'],
  ['a?', 'a'],
])('%s and %s do not', (one, other) => {
  expect(
    check(`name: a, kind: protected, repositories: ['${one}']`, `name: b, kind: protected, repositories: ['${other}']`),
  ).toEqual([]);
});

test('globs of one class may overlap', () => {
  expect(check("name: a, kind: protected, repositories: ['a/*', 'a/b']")).toEqual([]);
});

test('each class has a name of its own', () => {
  expect(
    check(
      'name: a, kind: protected, repositories: [a]',
      'name: b, kind: protected, repositories: [b]',
      'name: a, kind: protected, repositories: [c]',
    ),
  ).toEqual([
    'w.yaml:6:14: reconcile.classes[2].name: "a": reconcile.classes[0] has this name, too (give each class a name of its own)',
  ]);
});

test('overlaps are found although another class is malformed', () => {
  expect(
    check('name: a, kind: protected, repositories: [a/*]', 'name: b', 'name: c, kind: protected, repositories: [a/b]'),
  ).toHaveLength(2);
});

test('whoever retires tags without a record says from which age on', () => {
  expect(check('name: a, kind: transient, repositories: [a/*], whenNoRecord: retire')).toEqual([
    'w.yaml:4:69: reconcile.classes[0].whenNoRecord: "retire": it needs noRecordMinAge: tags are pushed before their record is written (add noRecordMinAge, like 72h)',
  ]);
});

test('a kind that is none is told with the nearest', () => {
  expect(
    check(
      'name: a, kind: protectd, repositories: [a]',
      'name: b, repositories: [b]',
      'name: c, kind: [x], repositories: [b]',
    ),
  ).toEqual([
    'w.yaml:4:23: reconcile.classes[0].kind: "protectd": it is none of transient, retained, protected (did you mean protected?)',
    'w.yaml:5:7: reconcile.classes[1].kind: it is missing (add kind: transient or retained or protected)',
    'w.yaml:6:23: reconcile.classes[2].kind: it is none of transient, retained, protected (write one of transient, retained, protected)',
  ]);
});

test('a class is a map', () => {
  expect(checkSettings('reconcile: {classes: [opschain/*]}', 'w.yaml').problems.map(formatProblem)).toEqual([
    'w.yaml:1:23: reconcile.classes[0]: "opschain/*": it is text, not a map (write kind: transient and its other settings below it)',
  ]);
});
