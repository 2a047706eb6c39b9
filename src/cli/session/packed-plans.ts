import { gzipSync } from 'node:zlib';
import type { TakenPlan } from '../../plan/fleet-plan.ts';
import { fleetFailure, MAX_PLAN_BYTES } from '../../systems/fleet/index.ts';
import { formatBytes } from '../../util/pure/bytes.ts';

/** By node, as their Jobs get them: packed before anything is begun anywhere. @throws FLEET_PLAN_TOO_LARGE naming the first that is */
export function packedPlans(plans: readonly Pick<TakenPlan, 'node' | 'text'>[]): ReadonlyMap<string, Uint8Array> {
  const packed = new Map<string, Uint8Array>();
  for (const { node, text } of plans) {
    const bytes = gzipSync(text);
    if (bytes.length > MAX_PLAN_BYTES)
      throw fleetFailure(
        'FLEET_PLAN_TOO_LARGE',
        `applying the plan of node ${node}: packed it has ${formatBytes(bytes.length)}, and a Job can be given ${formatBytes(MAX_PLAN_BYTES)}; nothing was done on any node`,
      );
    packed.set(node, bytes);
  }
  return packed;
}
