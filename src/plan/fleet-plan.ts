import { sha256Hex } from '../util/pure/hash.ts';
import type { Action } from './action.ts';
import { encodePlan } from './codec.ts';
import { PlanError } from './errors.ts';
import type { FleetNodePlan, Plan, PlanHeader } from './plan.ts';

/*
 * The plan of a fleet is one document: the plans of its nodes, one behind the other. A node's header lies in the fleet's, and its actions are
 * the fleet's, with the node's name and counted on. What is taken out for a node is its own plan again, to the byte, or nothing: its hash is
 * in the fleet's header.
 */

/** A node's own plan, as its Job has told it. */
export interface ToldPlan {
  readonly node: string;
  readonly uid: string;
  readonly header: PlanHeader;
  readonly actions: readonly Action[];
}

/** @param plans - in order of nodes */
export function joinPlans(plans: readonly ToldPlan[]): {
  readonly nodes: readonly FleetNodePlan[];
  readonly actions: readonly Action[];
} {
  const actions: Action[] = [];
  const nodes = plans.map(({ node, uid, header, actions: own }) => {
    const sha256 = planHash({ header, actions: own });
    const before = actions.length;
    for (const action of own) actions.push({ ...moved(action, before), node });
    return { node, uid, sha256, header };
  });
  return { nodes, actions };
}

/** One node's plan as a file: its text, and the positions of its actions in the fleet's plan. */
export interface TakenPlan extends FleetNodePlan {
  readonly text: string;
  /** The fleet's own actions, in order. */
  readonly actions: readonly Action[];
}

/**
 * The plans of the nodes again.
 *
 * @param actions - all of the fleet's plan
 * @throws PLAN_CHANGED where one is not what its node has told
 */
export function takePlans(header: PlanHeader, actions: readonly Action[]): readonly TakenPlan[] {
  const nodes = header.fleet?.nodes ?? [];
  const counted = nodes.reduce((sum, one) => sum + one.header.actionCount, 0);
  if (counted !== actions.length) throw changed(header, `it has ${actions.length} actions, and its nodes ${counted}`);
  let before = 0;
  return nodes.map((one) => {
    const own = actions.slice(before, before + one.header.actionCount);
    if (one.header.scope.node?.name !== one.node || own.some(({ node }) => node !== one.node))
      throw changed(header, `what is to be done on ${one.node} was planned for another node`);
    const bare = own.map(({ node: _, ...action }) => moved(action, -before));
    before += own.length;
    const text = planText({ header: one.header, actions: bare });
    if (sha256Hex(text) !== one.sha256) throw changed(header, `the plan of ${one.node} is not the one that it made`);
    return { ...one, text, actions: own };
  });
}

/** Hash of a plan as a file, in hex. */
export function planHash(plan: Plan): string {
  return sha256Hex(planText(plan));
}

function planText(plan: Plan): string {
  return [...encodePlan(plan)].join('');
}

/** The same, so much further behind. Its fields keep their order: it is written as it was. */
function moved(action: Action, by: number): Action {
  const { unlessAllFailed } = action;
  const all = (positions: readonly number[]) => positions.map((n) => n + by);
  return {
    ...action,
    ...{ n: action.n + by, after: all(action.after) },
    ...(unlessAllFailed !== undefined && { unlessAllFailed: all(unlessAllFailed) }),
  };
}

function changed({ id }: PlanHeader, why: string): PlanError {
  return new PlanError('PLAN_CHANGED', `reading the plan ${id}: ${why}; it was changed after it was made`);
}
