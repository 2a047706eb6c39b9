import { formatDuration } from '../../util/pure/duration.ts';
import type { Check } from './parts.ts';

const HOUR_MS = 3_600_000;
const least = { grace: 2 * HOUR_MS, hold: HOUR_MS } as const;

/** While pushes go on, a waiting time that is too short loses what somebody is pushing. */
export const waitingTimes: Check = ({ hardPrune }, { nameOf }) => {
  if (hardPrune === undefined || hardPrune.mode === 'read-only') return [];
  return (['grace', 'hold'] as const)
    .filter((setting) => hardPrune[setting] < least[setting])
    .map((setting) => {
      const shortest = formatDuration(least[setting]);
      const path = ['hardPrune', setting];
      return {
        severity: 'error',
        path,
        message: `it is less than ${shortest}, while pushes go on`,
        hint: `write ${shortest} or more, or make the registry read-only and give ${nameOf('mode', path)} read-only`,
      };
    });
};
