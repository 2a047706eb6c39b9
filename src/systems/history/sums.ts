import type { PlanSums, SumOf } from './plan-rows.ts';

/** Sums of rows that have verb, group and reason in common. */
export interface PlanPart {
  readonly verb: string;
  readonly group: string;
  readonly reasonCode: string;
  readonly actions: number;
  readonly freesBytes: number;
}

const MOST_GROUPS = 50;

/** Adds parts up, as they come. */
export function createSums(): { add(part: PlanPart): void; sums(): PlanSums } {
  const verbs = new Map<string, SumOf>();
  const groups = new Map<string, SumOf>();
  const reasons = new Map<string, SumOf>();
  let actions = 0;
  let freesBytes = 0;
  return {
    add(part) {
      actions += part.actions;
      freesBytes += part.freesBytes;
      addTo(verbs, part.verb, part);
      addTo(groups, part.group, part);
      addTo(reasons, part.reasonCode, part);
    },
    sums: () => ({
      actions,
      freesBytes,
      byVerb: largestFirst(verbs.values()),
      byReason: largestFirst(reasons.values()),
      byGroup: largestFirst(groups.values()).slice(0, MOST_GROUPS),
    }),
  };
}

function addTo(sums: Map<string, SumOf>, key: string, part: PlanPart): void {
  const known = sums.get(key);
  sums.set(key, {
    key,
    actions: (known?.actions ?? 0) + part.actions,
    freesBytes: (known?.freesBytes ?? 0) + part.freesBytes,
  });
}

/** By what they free; those that free the same by their number, then by name. */
function largestFirst(sums: Iterable<SumOf>): readonly SumOf[] {
  return [...sums].sort(
    (one, other) => other.freesBytes - one.freesBytes || other.actions - one.actions || (one.key < other.key ? -1 : 1),
  );
}

/** Of a plan without rows. */
export const NO_SUMS: PlanSums = { actions: 0, freesBytes: 0, byVerb: [], byReason: [], byGroup: [] };
