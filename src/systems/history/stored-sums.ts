import { setImmediate as breathe } from 'node:timers/promises';
import type { PlanQuery, PlanSums } from './plan-rows.ts';
import { createSums, NO_SUMS, type PlanPart, type Sums } from './sums.ts';

/**
 * The sums of a plan as they are kept with it: over all, and by each action and reason, since pages ask for these first. What they are
 * does not change when the plan is applied.
 */
export interface StoredSums extends PlanSums {
  /** Absent in plans that were saved by earlier versions, or have more of them than are kept. */
  readonly ofVerb?: Readonly<Record<string, PlanSums>>;
  readonly ofReason?: Readonly<Record<string, PlanSums>>;
}

/** Plans have a handful of actions, and few reasons. */
const MOST_KEPT = 40;
const PARTS_AT_ONCE = 1000;

/** Adds the parts of a plan up, in slices, so that others get their turn. */
export async function sumsToStore(parts: Iterable<PlanPart>): Promise<StoredSums> {
  const all = createSums();
  const ofVerb = new Map<string, Sums>();
  const ofReason = new Map<string, Sums>();
  let n = 0;
  for (const part of parts) {
    all.add(part);
    sumsOf(ofVerb, part.verb).add(part);
    sumsOf(ofReason, part.reasonCode).add(part);
    n += 1;
    if (n % PARTS_AT_ONCE === 0) await breathe();
  }
  return {
    ...all.sums(),
    ...(ofVerb.size <= MOST_KEPT && { ofVerb: await inTurn(ofVerb) }),
    ...(ofReason.size <= MOST_KEPT && { ofReason: await inTurn(ofReason) }),
  };
}

/** What is kept of a query; undefined where that has to be added up. */
export function storedSumsOf(stored: StoredSums, query: Omit<PlanQuery, 'limit'>): PlanSums | undefined {
  const { verb, reasonCode, group, outcome, text = '' } = query;
  if (group !== undefined || outcome !== undefined || text !== '') return undefined;
  if (verb !== undefined && reasonCode !== undefined) return undefined;
  const { ofVerb, ofReason, ...all } = stored;
  if (verb !== undefined) return kept(ofVerb, verb);
  return reasonCode === undefined ? all : kept(ofReason, reasonCode);
}

function kept(sums: Readonly<Record<string, PlanSums>> | undefined, key: string): PlanSums | undefined {
  if (sums === undefined) return undefined;
  return Object.hasOwn(sums, key) ? sums[key] : NO_SUMS;
}

function sumsOf(known: Map<string, Sums>, key: string): Sums {
  const there = known.get(key);
  if (there !== undefined) return there;
  const sums = createSums();
  known.set(key, sums);
  return sums;
}

async function inTurn(sums: ReadonlyMap<string, Sums>): Promise<Readonly<Record<string, PlanSums>>> {
  const found: [string, PlanSums][] = [];
  for (const [key, one] of sums) {
    found.push([key, one.sums()]);
    await breathe();
  }
  return Object.fromEntries(found);
}
