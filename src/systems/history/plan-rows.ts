/** One action of a saved plan, as it can be looked for. `n` counts from 0 in the order of the plan. */
export interface PlanRow {
  readonly n: number;
  /** `delete-tag`, `delete-manifest`, … */
  readonly verb: string;
  /** What belongs together: a repository, an image stream, a namespace; empty where nothing does. */
  readonly group: string;
  /** As a person would write it. */
  readonly target: string;
  /** The code of its reason, and the reason in words. */
  readonly reasonCode: string;
  readonly reason: string;
  readonly freesBytes: number;
  /** Once it was applied: `done`, `already-gone`, `skipped`, `failed`. */
  readonly outcome?: string;
  /** Why it was skipped or failed. */
  readonly outcomeWhy?: string;
}

/** The line of the plan document that a row was made from stays with it: the document can be written again, to the byte. */
export interface NewPlanRow extends PlanRow {
  readonly line: string;
}

export interface PlanQuery {
  readonly verb?: string;
  readonly group?: string;
  readonly reasonCode?: string;
  readonly outcome?: string;
  /** Part of the target, whatever its case. */
  readonly text?: string;
  /** The first `n` to answer: for the next page. */
  readonly fromN?: number;
  /** Instead of {@link fromN}: the last of those before this `n`, in the order of the plan: for the page before. */
  readonly beforeN?: number;
  readonly limit: number;
}

/** Sums over all that a query finds, whatever its limit, and by verb, group and reason. */
export interface PlanSums {
  readonly actions: number;
  readonly freesBytes: number;
  readonly byVerb: readonly SumOf[];
  readonly byReason: readonly SumOf[];
  /** The 50 that free most. */
  readonly byGroup: readonly SumOf[];
}

export interface SumOf {
  readonly key: string;
  readonly actions: number;
  readonly freesBytes: number;
}

/** What two plans of one schedule have not in common, by target and verb. */
export interface PlanDifference {
  readonly onlyInFirst: SumOf;
  readonly onlyInSecond: SumOf;
  readonly inBoth: SumOf;
  /** The first rows of each, at most `limit`. */
  readonly firstRows: readonly PlanRow[];
  readonly secondRows: readonly PlanRow[];
}

/** What became of one action, by its place in the plan. */
export interface RowOutcome {
  readonly n: number;
  readonly outcome: string;
  readonly why?: string;
}
