import type { ApplyErrorCode } from '../apply/errors.ts';
import { endLine, intendLine, outcomeLine } from '../apply/journal-entry.ts';
import { addToTally, noTally, type Outcome } from '../apply/outcome.ts';
import type { Action } from '../plan/action.ts';
import type { TakenPlan } from '../plan/fleet-plan.ts';
import type { FleetReport, FleetRow } from '../report/node/fleet-report.ts';
import type { FleetNode, NodeTask } from '../systems/fleet/contract.ts';
import { carryOut, type RunInput } from './apply-plan.ts';
import { type Assigned, cleanNodes, type NodeFleetInput, skippedRow } from './node-fleet.ts';

export interface ApplyFleetInput
  extends Omit<RunInput, 'concurrency' | 'onProgress' | 'underLease'>,
    Pick<NodeFleetInput, 'fleet' | 'parallelism' | 'maxFailures' | 'waitMs' | 'onProgress'> {
  /** Taken out of the fleet's plan. */
  readonly plans: readonly TakenPlan[];
  /** What the Job does that applies such a plan. */
  readonly taskFor: (plan: TakenPlan) => NodeTask;
}

/**
 * Applies the plan of a fleet: on each node a Job applies that node's own plan, with all guards that such a plan has there. The fleet's journal
 * is written ahead of each Job; what `undo` needs is in the journals on the nodes.
 *
 * @throws PLAN_EXPIRED, LIMIT_EXCEEDED; LEASE_HELD; FLEET_… where nodes or Jobs can not even be listed; JOURNAL_NOT_WRITABLE
 */
export async function applyFleetPlan(input: ApplyFleetInput): Promise<FleetReport> {
  const { plans, nowMs, header, taskFor } = input;
  const byNode = new Map(plans.map((plan) => [plan.node, plan]));
  const done: { report?: FleetReport } = {};
  await carryOut({ ...input, concurrency: input.parallelism, onProgress: () => {} }, async (context) => {
    const { journal, lease, signal, onOutcome } = context;
    let tally = noTally;
    const onBegin = async (node: string) => {
      const actions = byNode.get(node)?.actions ?? [];
      await journal.append(actions.map((action) => intendLine(nowMs(), { action, saved: null })));
    };
    const onRow = async (row: FleetRow) => {
      const plan = byNode.get(row.node);
      if (plan === undefined) return;
      const outcomes = outcomesOf(plan, row);
      await journal.append(outcomes.map(({ action: { n }, outcome }) => outcomeLine(nowMs(), { n, outcome })));
      for (const { action, outcome } of outcomes) {
        tally = addToTally(tally, outcome, action.freesBytes);
        onOutcome(action, outcome);
      }
    };
    const report = await cleanNodes(
      {
        ...{ fleet: input.fleet, cluster: header.scope.cluster, run: { made: input.runId }, mode: 'apply' },
        assign: (nodes) => assignPlans(plans, taskFor, nodes),
        ...{ parallelism: input.parallelism, maxFailures: input.maxFailures, waitMs: input.waitMs },
        ...{ nowMs, onProgress: input.onProgress, onBegin, onRow },
      },
      AbortSignal.any([signal, lease.lost]),
    );
    done.report = report;
    const stopped = report.stopped !== undefined;
    await journal.append([endLine(nowMs(), { tally, stopped })]);
    return { tally, stopped };
  });
  if (done.report === undefined) throw new Error('the plan of a fleet was applied without a report');
  return { ...done.report, plan: { id: header.id } };
}

/** Nodes of the plan alone. On those for which nothing is planned nothing is begun. */
function assignPlans(
  plans: readonly TakenPlan[],
  taskFor: ApplyFleetInput['taskFor'],
  nodes: readonly FleetNode[],
): Assigned {
  const there = new Map(nodes.map((node) => [node.name, node]));
  const rows: FleetRow[] = [];
  const meant: Assigned['meant'][number][] = [];
  for (const plan of plans) {
    const row = plan.actions.length === 0 ? idleRow(plan) : rowWithout(plan, there.get(plan.node));
    if (row === undefined) meant.push({ node: plan.node, task: taskFor(plan) });
    else rows.push(row);
  }
  return { meant, rows };
}

const idleRow = ({ node }: TakenPlan): FleetRow => ({ node, outcome: 'success' });

/** Why nothing is begun on the node of a plan. */
function rowWithout({ node, uid }: TakenPlan, there: FleetNode | undefined): FleetRow | undefined {
  const refused = (why: string): FleetRow => ({ node, outcome: 'refused', why });
  if (there === undefined) return refused('PLAN_OTHER_NODE: it is not there any more');
  if (there.uid !== uid) return refused('PLAN_OTHER_NODE: it was made anew since the plan: another node has its name');
  return skippedRow(there);
}

interface ActionOutcome {
  readonly action: Action;
  readonly outcome: Outcome;
}

/** What became of each action of a node, as far as its Job has told. */
function outcomesOf({ actions }: TakenPlan, row: FleetRow): readonly ActionOutcome[] {
  const before = (actions[0]?.n ?? 1) - 1;
  const told = new Map((row.outcomes ?? []).map(({ n, outcome }) => [n + before, outcome]));
  return actions.map((action) => ({ action, outcome: told.get(action.n) ?? withoutWord(row) }));
}

const leftAlone: ReadonlySet<FleetRow['outcome']> = new Set(['skipped', 'busy', 'refused']);

function withoutWord({ outcome, why = outcome, isSilent }: FleetRow): Outcome {
  const failed = (code: ApplyErrorCode): Outcome => ({ result: 'failed', code, why });
  if (outcome === 'not-begun') return { result: 'skipped', guard: 'stopped', why };
  if (isSilent === true || outcome === 'success' || outcome === 'incomplete' || outcome === 'partial')
    return failed('FLEET_ACTION_UNKNOWN');
  if (leftAlone.has(outcome)) return { result: 'skipped', guard: 'node-left-alone', why };
  return failed('FLEET_ACTION_FAILED');
}
