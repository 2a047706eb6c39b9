import { describe, expect, test } from 'vitest';
import { ACTIONS, DONE, planHeader, runReport, tagAction } from '../../test/support/report-examples.ts';
import type { Outcome } from '../apply/outcome.ts';
import { planErrors } from '../plan/errors.ts';
import { eventsErrors } from '../systems/events/errors.ts';
import { journalErrors } from '../systems/journal/errors.ts';
import { leaseErrors } from '../systems/lease/errors.ts';
import { recordsErrors } from '../systems/records/errors.ts';
import { REGISTRY_ERRORS } from '../systems/registry/errors.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import {
  exitCodeOfChecks,
  exitCodeOfError,
  exitCodeOfFsck,
  exitCodeOfPlan,
  exitCodeOfRun,
  exitCodeOfUndo,
} from './exit-code.ts';
import type { RunCheck } from './fsck/run-check.ts';

const moved: Outcome = { result: 'skipped', guard: 'target-changed', why: '' };
const stale: Outcome = { result: 'skipped', guard: 'evidence-stale', why: '' };
const bound: Outcome = { result: 'skipped', guard: 'keeper-stayed', why: '' };
const stopped: Outcome = { result: 'skipped', guard: 'stopped', why: '' };
const broken: Outcome = { result: 'failed', code: 'REGISTRY_UNAVAILABLE', why: '' };
const gone: Outcome = { result: 'already-gone' };

function afterRun(outcomes: readonly Outcome[], more: { gapKept?: number; stopped?: boolean } = {}): number {
  const header = planHeader({ keptByReason: { 'evidence-gap': more.gapKept ?? 0 } });
  const ended = outcomes.map((outcome, n) => [tagAction(n + 1, `v${n + 1}`), outcome] as const);
  return exitCodeOfRun(runReport(ended, { header, stopped: more.stopped ?? false }), header);
}

describe('a dry run ends with', () => {
  test('0 when it can be applied, and when there is nothing to do', () => {
    expect(exitCodeOfPlan(planHeader())).toBe(0);
    expect(exitCodeOfPlan(planHeader({ actionCount: 0 }))).toBe(0);
  });

  test('4 when it breaks a limit, whatever else', () => {
    expect(exitCodeOfPlan(planHeader({ broken: ['maxShare'], keptByReason: { 'evidence-gap': 1 } }))).toBe(4);
  });

  test('5 when something could not be listed', () => {
    const gaps = [{ scope: 'r', hides: 'existence', source: 's', cause: 'c' }] as const;

    expect(exitCodeOfPlan(planHeader({ gaps }))).toBe(5);
  });

  test('5 when a gap keeps something, not when a gap keeps nothing', () => {
    const gaps = [{ scope: 'r', hides: 'holds', source: 's', cause: 'c' }] as const;

    expect(exitCodeOfPlan(planHeader({ gaps, keptByReason: { 'evidence-gap': 1 } }))).toBe(5);
    expect(exitCodeOfPlan(planHeader({ gaps, keptByReason: { 'active-record': 1 } }))).toBe(0);
  });
});

describe('a run on a storage that was checked ends with', () => {
  const header = planHeader({ keptByReason: {} });
  const one = { kind: 'link-missing', repository: 'app', what: 'sha256:ab', neededBy: [], tags: [] } as const;
  const warning = { ...one, kind: 'child-missing' } as const;
  const codeOf = (more: Partial<RunCheck>, outcomes: readonly Outcome[] = [DONE]) => {
    const ended = outcomes.map((outcome, n) => [tagAction(n + 1, `v${n}`), outcome] as const);
    const check: RunCheck = { before: [one, warning], appeared: [], healed: [], unseen: [], ...more };
    return exitCodeOfRun({ ...runReport(ended, { header }), check }, header);
  };

  test('1 where something is broken that was not before, whatever else', () => {
    expect([codeOf({ appeared: [one] }), codeOf({ appeared: [one] }, [DONE, moved])]).toEqual([1, 1]);
  });

  test('5 where nobody could look after it, or not everywhere', () => {
    const unseen = [{ scope: 'r', hides: 'references', source: 's', cause: 'c' }] as const;
    expect([codeOf({ notLooked: 'why' }), codeOf({ unseen }), codeOf({ unseen }, [DONE, moved])]).toEqual([5, 5, 3]);
  });

  test('what it would end with otherwise, where it was broken before, where it is put right, and with new warnings', () => {
    expect([codeOf({}), codeOf({ healed: [one] }), codeOf({ appeared: [warning] })]).toEqual([0, 0, 0]);
  });
});

test('fsck ends with 3 where something is broken, with 5 where something could not be looked at, with 0 otherwise', () => {
  const one = { repository: 'app', what: 'v1', neededBy: [], tags: [] };
  const wrong = { kind: 'tag-unreadable', ...one } as const;
  const warning = { kind: 'link-idle', ...one } as const;
  const unseen = [{ scope: 'r', hides: 'existence', source: 's', cause: 'c' }] as const;

  expect(exitCodeOfFsck({ damage: [], unseen: [] })).toBe(0);
  expect(exitCodeOfFsck({ damage: [warning], unseen: [] })).toBe(0);
  expect(exitCodeOfFsck({ damage: [warning], unseen })).toBe(5);
  expect(exitCodeOfFsck({ damage: [warning, wrong], unseen })).toBe(3);
});

describe('a run ends with', () => {
  test.each<[number, string, readonly Outcome[], { gapKept?: number; stopped?: boolean }?]>([
    [0, 'all done', [DONE, gone]],
    [0, 'an empty plan', []],
    [1, 'every request failed', [broken, broken]],
    [1, 'nothing was done, some failed', [broken, moved]],
    [3, 'some failed', [DONE, broken]],
    [3, 'some skipped', [DONE, moved]],
    [3, 'some failed, and the records were gone', [DONE, broken, stale]],
    [3, 'it was stopped', [DONE, stopped], { stopped: true }],
    [3, 'it was stopped before anything was done', [stopped], { stopped: true }],
    [5, 'all done, but a gap kept something', [DONE], { gapKept: 1 }],
    [5, 'nothing to do, but a gap kept something', [], { gapKept: 1 }],
    [5, 'the records could not be read again', [stale, bound]],
    [5, 'the records were gone half-way', [DONE, stale]],
    [6, 'the world had changed under all of it', [moved, bound]],
  ])('%i: %s', (code, _story, outcomes, more) => {
    expect(afterRun(outcomes, more)).toBe(code);
  });
});

test('an undo ends with 0 when everything is back, else with 3', () => {
  const [v1] = ACTIONS;
  const story = { begin: { header: planHeader(), by: '' }, removedCount: 1 };
  const counts = { restored: 0, 'already-there': 0, conflict: 0, impossible: 0, failed: 0 };
  const undo = { runId: 'r', story, problems: [], stopped: false };

  expect(exitCodeOfUndo({ ...undo, counts: { ...counts, restored: 1 } })).toBe(0);
  expect(exitCodeOfUndo({ ...undo, counts, stopped: true })).toBe(3);
  const problems = [{ action: v1!, restored: { result: 'impossible', why: 'gone' } as const }];
  expect(exitCodeOfUndo({ ...undo, counts: { ...counts, impossible: 1 }, problems })).toBe(3);
});

test('doctor ends with 1 when something failed, not for a warning', () => {
  expect(exitCodeOfChecks([{ name: 'a', status: 'warn', finding: '' }])).toBe(0);
  expect(exitCodeOfChecks([{ name: 'a', status: 'fail', finding: '' }])).toBe(1);
});

describe('an error ends with', () => {
  const codes = [planErrors, leaseErrors, journalErrors, recordsErrors, eventsErrors, REGISTRY_ERRORS].flatMap(
    (table) => Object.keys(table),
  );
  const others = [
    'SIZE_INVALID',
    'DURATION_INVALID',
    'REFERENCE_INVALID',
    'CONFIG_INVALID',
    'TAG_NOT_FOUND',
    'TAG_STAYS',
  ];
  const endingWith = (code: number) =>
    [...codes, ...others].filter((name) => exitCodeOfError(new CodedError(name, '')) === code).sort();

  test('4: a limit, the lease, or a tag that something keeps', () => {
    expect(endingWith(4)).toEqual(['LEASE_HELD', 'LEASE_LOST', 'LIMIT_EXCEEDED', 'TAG_STAYS']);
  });

  test('6: a plan that is too old', () => {
    expect(endingWith(6)).toEqual(['PLAN_EXPIRED']);
  });

  test.each([
    ...['REGISTRY_TIMEOUT', 'REGISTRY_CONNECTION_LOST', 'REGISTRY_UNAVAILABLE', 'REGISTRY_TOO_MANY_REQUESTS'],
    ...['REGISTRY_DIGEST_MISMATCH', 'REGISTRY_UNSUPPORTED', 'JOURNAL_NOT_WRITABLE', 'JOURNAL_DAMAGED'],
    ...['LEASE_UNAVAILABLE', 'EVENTS_UNAVAILABLE', 'EVENTS_NOT_WRITABLE'],
  ])('1: %s, which the user cannot put right with what he typed', (code) => {
    expect(codes).toContain(code);
    expect(endingWith(1)).toContain(code);
  });

  test('2: all the rest: settings, arguments, addresses, credentials, plan files', () => {
    const rest = endingWith(2);

    expect(rest).toEqual(
      expect.arrayContaining([
        ...others.slice(0, -1),
        ...Object.keys(recordsErrors),
        'PLAN_CHANGED',
        'PLAN_OTHER_REGISTRY',
      ]),
    );
    expect(rest).toEqual(
      expect.arrayContaining(['REGISTRY_UNREACHABLE', 'REGISTRY_TLS_UNTRUSTED', 'REGISTRY_UNAUTHORIZED']),
    );
    expect(rest).toEqual(expect.arrayContaining(['EVENTS_SETTINGS_INVALID', 'JOURNAL_NO_SUCH_RUN']));
  });

  test('1, when it is a bug of ours', () => {
    expect(exitCodeOfError(new TypeError('x'))).toBe(1);
    expect(exitCodeOfError(undefined)).toBe(1);
  });
});
