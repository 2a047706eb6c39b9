import { formatDuration } from '../../util/pure/duration.ts';
import type { Check } from './parts.ts';

const HOUR_MS = 3_600_000;

/**
 * While pushes go on, a time that is shorter loses what somebody is pushing: `grace` and `uploadAge` are longer than any push, `hold` leaves
 * time to notice, and `checkAfter` is longer than a registry needs from its look at data to the link that it writes.
 */
export const leastOnlineMs = {
  grace: 2 * HOUR_MS,
  hold: HOUR_MS,
  checkAfter: 10_000,
  uploadAge: 2 * HOUR_MS,
} as const;

const waits = ['grace', 'hold', 'checkAfter', 'uploadAge'] as const;

/** @see leastOnlineMs */
export const waitingTimes: Check = ({ hardPrune }, { nameOf }) => {
  if (hardPrune === undefined || hardPrune.mode === 'read-only') return [];
  return waits
    .filter((setting) => hardPrune[setting] < leastOnlineMs[setting])
    .map((setting) => {
      const shortest = formatDuration(leastOnlineMs[setting]);
      const path = ['hardPrune', setting];
      return {
        severity: 'error',
        path,
        message: `it is less than ${shortest}, while pushes go on`,
        hint: `write ${shortest} or more, or make the registry read-only and give ${nameOf('mode', path)} read-only`,
      };
    });
};
