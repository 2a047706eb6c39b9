import type { Tuning } from './contract.ts';
import { nodeConfigFailure } from './errors.ts';

export interface GivenTuning {
  readonly high: string;
  readonly low: string;
  readonly minAgeMs: number;
  readonly maxAgeMs?: number;
  readonly discardUnpackedLayers: boolean;
}

/** What the kubelet would start with: it refuses percentages of which the lower is not below the higher. @throws TUNE_INVALID */
export function tuningOf({ high, low, ...ages }: GivenTuning): Tuning {
  const highPercent = percentOf('--high', high);
  const lowPercent = percentOf('--low', low);
  if (lowPercent >= highPercent)
    throw invalid(`--low ${lowPercent} is not below --high ${highPercent}: the kubelet would not start`);
  const { minAgeMs, maxAgeMs } = ages;
  if (maxAgeMs !== undefined && maxAgeMs !== 0 && maxAgeMs <= minAgeMs)
    throw invalid('--max-age is not above --min-age: the kubelet would not start');
  return { highPercent, lowPercent, ...ages };
}

function percentOf(flag: string, text: string): number {
  const percent = Number(text);
  if (!/^\d{1,3}$/.test(text) || percent > 100) throw invalid(`${flag} ${text} is no whole number from 0 to 100`);
  return percent;
}

function invalid(what: string) {
  return nodeConfigFailure('TUNE_INVALID', `reading what to tune to: ${what}`);
}
