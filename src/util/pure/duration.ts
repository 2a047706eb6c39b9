import { CodedError } from './coded-error.ts';
import { valueErrors } from './errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;

/** Reads a duration as Kubernetes people type it: `96h`, `1h30m`, `10m`, `7d`, `2w`, `0`. @returns milliseconds */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '0') return 0;
  if (!DURATION.test(trimmed))
    throw new CodedError('DURATION_INVALID', `reading the duration ${JSON.stringify(text)}: it is not a duration`, {
      hint: valueErrors.DURATION_INVALID.hint,
    });
  let ms = 0;
  for (const [, value, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g))
    ms += Number(value) * (UNIT_MS[unit ?? ''] ?? 0);
  return Math.round(ms);
}

/** The two largest units that say something: `3d4h`, `1h30m`, `12s`. Below a minute seconds and their tenths: `1.2s`; below a second `205ms`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const lengthMs = Math.round(Math.abs(ms));
  const tenths = Math.round(lengthMs / 100);
  if (lengthMs >= 1000 && tenths < 600) return `${sign}${tenths / 10}s`;
  const parts: string[] = [];
  let rest = lengthMs < 1000 ? lengthMs : Math.round(lengthMs / 1000) * 1000;
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return `${sign}${parts.length === 0 ? '0s' : parts.join('')}`;
}
