import { joinPlans, type ToldPlan } from '../../src/plan/fleet-plan.ts';
import type { FleetJobs } from '../../src/plan/fleet-scope.ts';
import type { FleetCounts, Plan, PlanHeader } from '../../src/plan/plan.ts';
import { nodeAction, nodeHeader } from './node-plan-examples.ts';

/** What the Jobs of a fleet are like. */
export const fleetJobs: FleetJobs = {
  ...{ image: 'winnow', namespace: 'n', serviceAccount: 's', imagePullSecrets: [] },
  ...{ resources: { cpu: '1', memory: '1' }, stateDir: '/s', runtime: 'cri:///r', timeoutMs: 1 },
  ...{ asksRegistries: false, insecure: false, asksCluster: false },
  ...{ deadlineMs: 1, ttlAfterFinishedMs: 1, parallelism: 1, maxFailures: { nodes: 0 } },
};

/** A node's own plan, as its Job tells it. @param count - of images that go, each after the one before it */
export function toldPlan(node: string, count: number): ToldPlan {
  const actions = Array.from({ length: count }, (_, n) => nodeAction(n + 1, { after: n === 0 ? [] : [n] }));
  return { node, uid: `uid-${node}`, header: nodeHeader(node, count), actions };
}

/** The plan of a fleet of these nodes, and of one that is cordoned. */
export function fleetPlanOf(
  plans: readonly ToldPlan[],
  more: Partial<PlanHeader> = {},
): Plan & { readonly fleet: FleetCounts } {
  const { nodes, actions } = joinPlans(plans);
  const fleet = { nodes, without: [{ node: 'z', why: 'it is cordoned' }] };
  const { node: _, ...header } = nodeHeader('', actions.length, {
    ...{ id: 'f', flow: 'node-fleet', scope: { fleet: { name: 'Jobs', jobs: fleetJobs } } },
    ...more,
  });
  return { header: { ...header, fleet }, fleet, actions };
}
