import { CodedError } from './coded-error.ts';
import { valueErrors } from './errors.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `2.835 GiB`: binary units, at most three decimals, none that say nothing. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  return `${Number(value.toFixed(digits))} ${UNITS[unit]}`;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGTP]i?B?|B)?$/i;

/** Reads a size as Kubernetes people type it: `10Gi`, `500M`, `1024`. `Ki Mi Gi Ti` are powers of 1024, `k M G T` of 1000. */
export function parseBytes(text: string): number {
  const match = SIZE.exec(text.trim());
  if (match === null)
    throw new CodedError('SIZE_INVALID', `reading the size ${JSON.stringify(text)}: it is not a size`, {
      hint: valueErrors.SIZE_INVALID.hint,
    });
  const unit = (match[2] ?? '').toUpperCase();
  const power = ['', 'K', 'M', 'G', 'T', 'P'].indexOf(unit.replace(/I?B?$/, ''));
  return Math.round(Number(match[1]) * (unit.includes('I') ? 1024 : 1000) ** Math.max(0, power));
}
