import { PlanError } from '../../plan/errors.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { formatDuration } from '../../util/pure/duration.ts';

/** @throws PLAN_EXPIRED: a plan is a picture of the world, and pictures age. */
export function assertNotExpired(header: PlanHeader, nowMs: number): void {
  if (nowMs <= header.expiresAtMs) return;
  const age = formatDuration(nowMs - header.expiresAtMs);
  throw new PlanError('PLAN_EXPIRED', `applying plan ${header.id}: it expired ${age} ago; nothing was deleted`);
}
