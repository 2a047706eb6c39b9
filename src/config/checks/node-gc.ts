import type { Check } from './parts.ts';

/** Both watermarks or none, the low one below the high one. */
export const watermarks: Check = ({ nodeGc }, { nameOf }) => {
  const { highWatermark: high, lowWatermark: low } = nodeGc ?? {};
  if (high === undefined && low === undefined) return [];
  const [given, missing] =
    high === undefined ? (['lowWatermark', 'highWatermark'] as const) : (['highWatermark', 'lowWatermark'] as const);
  const path = ['nodeGc', given];
  if (high === undefined || low === undefined)
    return [
      {
        severity: 'error',
        path,
        message: `it is given without ${missing}`,
        hint: `give ${nameOf(missing, path)}, too: images go from the high one on, until the low one is reached`,
      },
    ];
  if (low <= high) return [];
  return [
    {
      severity: 'error',
      path,
      message: `it is less than the low one, ${low}`,
      hint: 'write a high one that is above the low one',
    },
  ];
};
