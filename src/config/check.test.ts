import { describe, expect, test } from 'vitest';
import { checkSettings } from './check.ts';
import { formatProblem } from './problem.ts';

const check = (text: string) => checkSettings(text, 'w.yaml').problems.map(formatProblem);
const warnings = (text: string) => checkSettings(text, 'w.yaml').warnings.map(formatProblem);

test.each(['', '# nothing', 'limits:\nrecords:\nreconcile:\n  classes:\n', '{}'])(
  'an empty file is well: %j',
  (text) => {
    expect(checkSettings(text, 'w.yaml')).toEqual({ problems: [], warnings: [] });
  },
);

test('what is no map at all is told, and not repeated', () => {
  expect(check('- 1')).toEqual([
    'w.yaml:1:1: it is a list, not a map (write settings like registry: or records:, each on a line of its own)',
  ]);
  expect(check('password:hunter2')).toEqual([
    'w.yaml:1:1: it is text, not a map (write settings like registry: or records:, each on a line of its own)',
  ]);
});

test('what is not YAML is told alone', () => {
  expect(check('registry: {url: x\nbogus: 1')).toHaveLength(1);
});

describe('keys', () => {
  test.each([
    [
      'a slip: the nearest',
      'registry: {retires: 3}',
      'registry.retires: no setting has this name (did you mean retries?)',
    ],
    [
      'another style of writing',
      'registry: {force-insecure: true}',
      'registry.force-insecure: no setting has this name (did you mean forceInsecure?)',
    ],
    [
      'the wrong place: the right one',
      '\n\nundoFor: 3d',
      'undoFor: no setting has this name here (did you mean apply.undoFor?)',
    ],
    [
      'the wrong place: the right ones',
      'url: x',
      'url: no setting has this name here (did you mean registry.url or lease.url or serve.history.url?)',
    ],
    [
      'like none: all that are known',
      'plan: {bogus: 1}',
      'plan.bogus: no setting has this name (known here: expiresAfter)',
    ],
    ['an odd one', 'plan: {"a b": 1}', 'plan["a b"]: no setting has this name (known here: expiresAfter)'],
    [
      'a merge key',
      'limits: {<<: {}}',
      'limits["<<"]: merge keys are not supported (write the settings out, or use an alias for a whole value)',
    ],
    [
      '__proto__',
      'limits: {__proto__: {maxShare: 2}}',
      'limits.__proto__: no setting has this name (known here: maxDeletions, maxShare, maxShareOfRepository, minRemaining, maxDropShare)',
    ],
    [
      'one of another kind of class',
      'reconcile: {classes: [{name: a, kind: protected, repositories: [a], keepYoungerThan: 3d}]}',
      'reconcile.classes[0].keepYoungerThan: it is no setting where kind is protected (remove it: it is one where kind is retained)',
    ],
    [
      'one of another kind of source',
      'records: [{from: sqlite, path: a, query: b, items: c}]',
      'records[0].items: it is no setting where from is sqlite (remove it: it is one where from is http or file)',
    ],
    [
      'a secret',
      "records: [{from: postgres, url: 'postgres://db/x', query: q, password: hunter2}]",
      'records[0].password: a secret does not belong in a settings file (write it into a file of its own, and name that in passwordFile)',
    ],
  ])('%s', (_, text, problem) => {
    expect(check(text).map((line) => line.replace(/^w\.yaml:\d+:\d+: /, ''))).toEqual([problem]);
  });

  test('every unknown key is told, at its own place', () => {
    expect(check('registry:\n  a1: 1\n  b2: 2\nlimits:\n  c3: 3').map((line) => line.split(':', 4).join(':'))).toEqual([
      'w.yaml:2:3: registry.a1',
      'w.yaml:3:3: registry.b2',
      'w.yaml:5:3: limits.c3',
    ]);
  });
});

describe('missing and empty', () => {
  test.each([
    [
      'records:\n  - from: sqlite\n    path: a.db',
      'w.yaml:2:5: records[0].query: it is missing (add query: SELECT id, repository, tag, status FROM changes)',
    ],
    [
      'records: [{path: a.db}]',
      'w.yaml:1:11: records[0].from: it is missing (add from: postgres or sqlite or http or file)',
    ],
    [
      'reconcile: {classes: [{name: a, kind: transient}]}',
      'w.yaml:1:23: reconcile.classes[0].repositories: it is missing (add repositories: ["team/*"])',
    ],
    [
      'registry:\n  url:\n',
      'w.yaml:2:3: registry.url: it has no value (give it one, like https://registry.example:5000, or remove the key)',
    ],
    [
      'limits:\n  maxDeletions: ~',
      'w.yaml:2:17: limits.maxDeletions: it has no value (give it one, like 1000, or remove the key)',
    ],
    ["cluster: ''", 'w.yaml:1:10: cluster: "": it is empty (write it like prod-eu)'],
    [
      'reconcile: {classes: [{name: a, kind: protected, repositories: []}]}',
      "w.yaml:1:64: reconcile.classes[0].repositories: it is an empty list (write at least one entry: ['team/*'])",
    ],
  ])('%j', (text, problem) => {
    expect(check(text)).toEqual([problem]);
  });
});

describe('warnings', () => {
  test('a retained class without a rule keeps all', () => {
    const text = 'reconcile:\n  classes:\n    - {name: agents, kind: retained, repositories: [a/*]}';
    expect(check(text)).toEqual([]);
    expect(warnings(text)).toEqual([
      'w.yaml:3:7: reconcile.classes[0]: class agents has no rule that lets a tag go: it keeps all (add keepYoungerThan, keepNewest or onlyWhenRecordInactive, or make it protected)',
    ]);
    expect(warnings(text.replace('}', ', onlyWhenRecordInactive: true}'))).toEqual([]);
  });

  test('a transient class without records has nothing to go by', () => {
    const text = 'reconcile: {classes: [{name: steps, kind: transient, repositories: [a/*]}]}';
    expect(warnings(text)).toEqual([
      'w.yaml:1:23: reconcile.classes[0]: class steps goes by records, and there is no source of records (add one to records, or with --records)',
    ]);
    expect(warnings(`${text}\nrecords: [file:a.csv]`)).toEqual([]);
  });

  test('an age that counts for nothing, or for next to nothing', () => {
    const text = (more: string) =>
      `records: [file:a.csv]\nreconcile: {classes: [{name: a, kind: transient, repositories: [a/*], ${more}}]}`;
    expect(warnings(text('noRecordMinAge: 72h'))).toEqual([
      'w.yaml:2:87: reconcile.classes[0].noRecordMinAge: "72h": it has no effect: tags without a record are kept (remove it, or set whenNoRecord to retire)',
    ]);
    expect(warnings(text('whenNoRecord: retire, noRecordMinAge: 5m'))).toEqual([
      'w.yaml:2:109: reconcile.classes[0].noRecordMinAge: "5m": it is less than an hour: a tag whose record is not written yet would be taken for one without (give it days, like 72h)',
    ]);
    expect(warnings(text('whenNoRecord: retire, noRecordMinAge: 72h'))).toEqual([]);
  });

  test('patterns without records find none', () => {
    expect(warnings("tagRecords: [{repositories: [a/*], pattern: x, record: '{tag}'}]")).toEqual([
      'w.yaml:1:56: tagRecords[0].record: "{tag}": there is no source of records (add one to records, or with --records)',
    ]);
  });
});
