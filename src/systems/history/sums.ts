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
export interface Sums {
  add(part: PlanPart): void;
  sums(): PlanSums;
}

export function createSums(): Sums {
  const verbs = new Map<string, Growing>();
  const groups = new Map<string, Growing>();
  const reasons = new Map<string, Growing>();
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
      byVerb: largestFirst(verbs.values(), verbs.size),
      byReason: largestFirst(reasons.values(), reasons.size),
      byGroup: largestFirst(groups.values(), MOST_GROUPS),
    }),
  };
}

type Growing = { -readonly [Field in keyof SumOf]: SumOf[Field] };

function addTo(sums: Map<string, Growing>, key: string, { actions, freesBytes }: PlanPart): void {
  const known = sums.get(key);
  if (known === undefined) sums.set(key, { key, actions, freesBytes });
  else {
    known.actions += actions;
    known.freesBytes += freesBytes;
  }
}

/** The first of many, in one go through them: there may be as many groups as actions, and nobody waits for those that are not shown. */
function largestFirst(sums: Iterable<SumOf>, most: number): readonly SumOf[] {
  const first: SumOf[] = [];
  for (const sum of sums) {
    const last = first.at(-1);
    if (first.length === most && last !== undefined && bySize(sum, last) > 0) continue;
    let at = first.length;
    while (at > 0 && bySize(sum, first[at - 1] as SumOf) < 0) at -= 1;
    first.splice(at, 0, { ...sum });
    if (first.length > most) first.pop();
  }
  return first;
}

/** By what they free; those that free the same by their number, then by name. */
function bySize(one: SumOf, other: SumOf): number {
  return other.freesBytes - one.freesBytes || other.actions - one.actions || (one.key < other.key ? -1 : 1);
}

/** Of a plan without rows. */
export const NO_SUMS: PlanSums = { actions: 0, freesBytes: 0, byVerb: [], byReason: [], byGroup: [] };
