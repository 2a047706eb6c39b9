import { CodedError } from '../util/pure/coded-error.ts';

/** What can be wrong with a plan, with the next step. */
export const planErrors = {
  PLAN_MALFORMED: { meaning: 'a line of the plan file can not be read', hint: 'make a new plan with --plan-out' },
  PLAN_CUT_SHORT: { meaning: 'the plan file lacks its end', hint: 'make a new plan with --plan-out' },
  PLAN_CHANGED: { meaning: 'the plan file was changed after it was made', hint: 'make a new plan with --plan-out' },
  PLAN_VERSION: {
    meaning: 'the plan file was made by another generation of Winnow',
    hint: 'make a new plan with this Winnow',
  },
  PLAN_EXPIRED: { meaning: 'the plan is too old to be applied', hint: 'make a new plan; the world has moved on' },
  PLAN_OTHER_REGISTRY: {
    meaning: 'the plan was made for another registry',
    hint: 'give the registry that the plan names, or make a new plan',
  },
  PLAN_OTHER_NODE: {
    meaning: 'the plan was made for another node, or for another one of that name',
    hint: 'apply it on the node that it names, or make a new plan',
  },
  REFERENCES_UNREADABLE: {
    meaning: 'names of images in use can not be read, and the run was asked to stop at that',
    hint: 'correct those names or remove their owners, or let them keep what they might mean: --bad-references protect',
  },
  LIMIT_EXCEEDED: {
    meaning: 'the plan does more than its limits allow, so nothing was deleted',
    hint: 'read the plan; if it is right, raise that limit in the settings or on the command line for this run',
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly hint: string }>>;

export type PlanErrorCode = keyof typeof planErrors;

export class PlanError extends CodedError<PlanErrorCode> {
  constructor(code: PlanErrorCode, message: string) {
    super(code, message, { hint: planErrors[code].hint });
  }
}
