import type { ApplyRegistryInput } from '../../flows/apply-registry-plan.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { openHole, pushLeaseOf, readTold, type ToldSession, toldFiles } from './read-told.ts';

/** A registry's clock may be off by so much, and nobody knows. */
const FOREIGN_CLOCK_MS = 60_000;
/** What was told a moment ago lies on this machine: looking at it costs little. */
const MAX_AGE_MS = 5000;

/**
 * How a plan that is applied learns what was pushed since it was made. Undefined where pushes hold nothing, and of plans that were made
 * without looking at them.
 */
export function pushesSince(
  session: ToldSession,
  host: string,
  { flow, evidence, madeAtMs }: Pick<PlanHeader, 'flow' | 'evidence' | 'madeAtMs'>,
): ApplyRegistryInput['pushes'] {
  const leaseMs = pushLeaseOf(session);
  if (leaseMs === 0 || (flow !== 'prune' && flow !== 'reconcile')) return undefined;
  const beganAtMs = evidence.reduce((earliest, { observedAtMs }) => Math.min(earliest, observedAtMs), madeAtMs);
  // What was pushed within the lease before the plan is held by the plan, if it was told in time.
  const sinceMs = beganAtMs - Math.min(leaseMs, FOREIGN_CLOCK_MS);
  const heldSinceMs = beganAtMs - leaseMs;
  return {
    ...{ sinceMs, heldSinceMs },
    maxAgeMs: MAX_AGE_MS,
    async read(signal) {
      const { read, gap } = await readTold(session, toldFiles(session, host, heldSinceMs), heldSinceMs, signal);
      return { pushes: read.pushes, hole: gap?.cause ?? openHole(read, sinceMs) };
    },
  };
}
