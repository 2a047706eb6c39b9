import type { Outcome } from '../../src/apply/outcome.ts';
import { type RunReport, recordRun } from '../../src/apply/run-report.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { Action } from '../../src/plan/action.ts';
import type { PlanHeader } from '../../src/plan/plan.ts';

/** What the tests of reports show: one registry, two repositories, a few actions. Times are around noon of 2026-08-01, UTC. */
export const NOON_MS = Date.UTC(2026, 7, 1, 12);
export const HOST = 'registry.example:5000';
export const DIGEST = `sha256:${'ab'.repeat(32)}` as Digest;

export function tagAction(n: number, tag: string, more: Partial<Action> = {}): Action {
  return {
    n,
    do: 'delete-tag',
    target: { kind: 'tag', scope: `${HOST}/opschain/app`, key: tag },
    by: 'tag',
    after: [],
    expects: { digest: DIGEST },
    reason: 'inactive-record',
    because: `record ${n} (archived)`,
    freesBytes: 0,
    ...more,
  };
}

export function manifestAction(n: number, after: readonly number[], more: Partial<Action> = {}): Action {
  return {
    n,
    do: 'delete-manifest',
    target: { kind: 'manifest', scope: `${HOST}/opschain/app`, key: DIGEST },
    after,
    expects: { untagged: true },
    reason: 'unreferenced',
    because: 'only its tags needed it, and they go',
    freesBytes: 3_145_728,
    ...more,
  };
}

export const ACTIONS: readonly Action[] = [tagAction(1, 'v1'), tagAction(2, 'v2'), manifestAction(3, [1, 2])];

export function planHeader(more: Partial<PlanHeader> = {}): PlanHeader {
  return {
    winnow: 'plan/v1',
    id: 'reconcile-20260801t120000z-ab12',
    flow: 'reconcile',
    scope: { cluster: 'prod', registry: { host: HOST, url: `https://${HOST}` } },
    madeAtMs: NOON_MS,
    expiresAtMs: NOON_MS + 3_600_000,
    records: ['file:records.csv'],
    evidence: [
      {
        source: `registry ${HOST}`,
        observedAtMs: NOON_MS - 2000,
        facts: { exists: 30, refers: 40, holds: 0, retires: 0 },
        gaps: 0,
      },
    ],
    gaps: [],
    policy: { classes: [] },
    limits: { maxShare: 0.9 },
    broken: [],
    repositories: [
      {
        repository: 'limepoint/agent',
        class: 'unknown',
        found: 3,
        live: 0,
        removed: 0,
        keptByReason: { 'unknown-repository': 3 },
        freesBytes: 0,
      },
      {
        repository: 'opschain/app',
        class: 'transient',
        found: 12,
        live: 9,
        removed: 2,
        keptByReason: { 'active-record': 9, 'no-record': 1 },
        freesBytes: 3_145_728,
      },
    ],
    keptByReason: { 'no-record': 1, 'unknown-repository': 3, 'active-record': 9 },
    actionCount: 3,
    freesBytes: 3_145_728,
    ...more,
  };
}

/** The report on a run in which the actions ended like this. */
export function runReport(
  ended: readonly (readonly [Action, Outcome])[],
  more: { readonly header?: PlanHeader; readonly stopped?: boolean } = {},
): RunReport {
  const recorder = recordRun(more.header ?? planHeader());
  for (const [action, outcome] of ended) recorder.note(action, outcome);
  return recorder.report({
    runId: 'reconcile-20260801t120000z-ab12',
    beganAtMs: NOON_MS,
    endedAtMs: NOON_MS + 90_000,
    stopped: more.stopped ?? false,
  });
}

export const DONE: Outcome = { result: 'done' };

/** Lines as they would be seen. */
export function textOf(lines: Iterable<string>): string {
  return [...lines].join('\n');
}
