import type { Gap } from '../evidence/gap.ts';
import { joinPlans, type ToldPlan } from '../plan/fleet-plan.ts';
import type { FleetScope } from '../plan/fleet-scope.ts';
import type { Plan, PlanHeader } from '../plan/plan.ts';
import { hasFailed } from '../report/node/fleet-outcome.ts';
import type { FleetReport, FleetRow } from '../report/node/fleet-report.ts';
import type { FleetNode } from '../systems/fleet/contract.ts';

export interface FleetPlanInput {
  readonly id: string;
  /** Of a dry run in which each Job has told its plan. */
  readonly report: FleetReport;
  /** As they were listed when it began. */
  readonly nodes: readonly FleetNode[];
  readonly cluster: string | undefined;
  readonly scope: FleetScope;
  /** The policy as it stands in the settings. */
  readonly shownPolicy: unknown;
  readonly expiresAfterMs: number;
}

/**
 * The plans of all nodes as one. A node that failed is a gap: nothing is planned for it, and that is told. The first of the nodes' plans to be
 * too old makes it too old.
 */
export function planOfFleet(input: FleetPlanInput): Plan {
  const { report, scope, cluster } = input;
  const uids = new Map(input.nodes.map(({ name, uid }) => [name, uid]));
  const told = report.nodes.flatMap(({ node, plan }): ToldPlan[] =>
    plan === undefined ? [] : [{ node, uid: uids.get(node) ?? '', ...plan }],
  );
  const { nodes, actions } = joinPlans(told);
  const headers = told.map(({ header }) => header);
  const without = report.nodes.filter(({ plan }) => plan === undefined);
  const { breaker } = report;
  const madeAtMs = report.endedAtMs;
  const header: PlanHeader = {
    ...{ winnow: 'plan/v1', id: input.id, flow: 'node-fleet' },
    scope: { ...(cluster !== undefined && { cluster }), fleet: scope },
    madeAtMs,
    expiresAtMs: Math.min(madeAtMs + input.expiresAfterMs, ...headers.map(({ expiresAtMs }) => expiresAtMs)),
    ...{ records: [], evidence: told.flatMap(evidenceOf) },
    gaps: [...without.filter(isUnseen).map(gapOf), ...told.flatMap(gapsOf)],
    ...{ policy: input.shownPolicy, limits: {} },
    broken:
      breaker === undefined
        ? []
        : [`maxFailures: ${breaker.failed} nodes failed, and with ${breaker.allowed} no further one is begun`],
    ...{ repositories: [], keptByReason: keptOnAll(headers) },
    actionCount: actions.length,
    freesBytes: actions.reduce((sum, { freesBytes }) => sum + freesBytes, 0),
    fleet: { nodes, without: without.map(({ node, outcome, why }) => ({ node, why: why ?? outcome })) },
  };
  return { header, actions };
}

/** Nodes that were to be looked at, and were not. */
const isUnseen = (row: FleetRow) => hasFailed(row) || row.outcome === 'not-begun' || row.outcome === 'busy';

function gapOf({ node, outcome, why }: FleetRow): Gap {
  return {
    ...{ scope: `node ${node}`, hides: 'existence', source: `node ${node}` },
    cause: `it has not told its plan: ${outcome}${why === undefined ? '' : `, ${why}`}`,
    hint: 'make a new plan when that node is well',
  };
}

function gapsOf({ node, header: { gaps } }: ToldPlan): readonly Gap[] {
  return gaps.map((gap) => ({ ...gap, source: `node ${node}: ${gap.source}` }));
}

function evidenceOf({ node, header: { evidence } }: ToldPlan): PlanHeader['evidence'] {
  return evidence.map((one) => ({ ...one, source: `node ${node}: ${one.source}` }));
}

function keptOnAll(headers: readonly PlanHeader[]): PlanHeader['keptByReason'] {
  const sums: Record<string, number> = {};
  for (const { keptByReason } of headers)
    for (const [reason, count] of Object.entries(keptByReason)) sums[reason] = (sums[reason] ?? 0) + count;
  return sums;
}
