import { formatDuration } from '../../util/pure/duration.ts';
import type { ReasonCode } from '../reason.ts';
import { graceMs, type PruneImagesPolicy } from './policy.ts';

/** Why a thing is not old enough to go: it is young, or nothing tells its age. `what`: in words, `its stream`. */
export type Youth = (
  createdAtMs: number | undefined,
  what: string,
) => readonly [code: ReasonCode, because: string] | undefined;

/** What is younger than the policy asks for stays; so does what has no time: nobody knows how old it is. */
export function youth(policy: PruneImagesPolicy, nowMs: number): Youth {
  const age = formatDuration(graceMs(policy));
  return (createdAtMs, what) => {
    if (createdAtMs === undefined) return ['age-unknown', `nothing tells when ${what} came to be`];
    return createdAtMs > nowMs - graceMs(policy) ? ['keep-younger-than', `${what} is younger than ${age}`] : undefined;
  };
}
