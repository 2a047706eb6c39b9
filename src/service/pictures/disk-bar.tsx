import type { DiskReading } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { Area, Legend, type Look } from './area.tsx';
import { round } from './hatch.ts';

const WIDTH = 600;
const BAR = { y: 14, height: 28 };

/** A disk in parts that add up to its whole; all in bytes. */
export interface DiskParts {
  /** Taken, and not to be had back. */
  readonly keptBytes: number;
  readonly reclaimableBytes: number;
  /** 0 where nobody tells how much fits. */
  readonly freeBytes: number;
  readonly wholeBytes: number;
}

/** Where a disk stands, in words: a colour alone never says it. */
export type DiskStanding = 'above the high mark' | 'between the marks' | 'below the low mark' | 'size unknown';

/**
 * How full a disk is: kept, reclaimable, free, and the marks between which it shall be.
 *
 * @param high - share from 0 to 1; what the reading says of itself goes before it.
 * @param low - the same.
 */
export function DiskBar({
  reading,
  high,
  low,
}: {
  readonly reading: DiskReading;
  readonly high: number;
  readonly low: number;
}) {
  const parts = diskParts(reading);
  const marks = marksOf(reading, high, low);
  const standing = diskStanding(reading, high, low);
  const words = wordsOf(reading, parts, standing);
  return (
    <figure class="picture disk-bar">
      <svg role="img" viewBox={`0 0 ${WIDTH} 56`}>
        <title>{words}</title>
        {marks !== undefined && (
          <desc>{`High mark at ${percent(marks.high)}, low mark at ${percent(marks.low)}.`}</desc>
        )}
        {segments(parts).map(({ look, x, width }) => (
          <Area box={{ x, width, ...BAR }} look={look} />
        ))}
        {marks !== undefined && (
          <>
            <Mark at={marks.low} label="low" />
            <Mark at={marks.high} label="high" />
          </>
        )}
      </svg>
      <figcaption>
        <span class={`standing standing-${standing.split(' ')[0]}`}>{standing}</span>
        <Legend items={legendOf(reading, parts)} />
      </figcaption>
    </figure>
  );
}

/** Divides a reading. What does not fit together is cut down: reclaimable is at most what is used, used at most what fits. */
export function diskParts({ usedBytes, capacityBytes, reclaimableBytes = 0 }: DiskReading): DiskParts {
  const wholeBytes = capacityBytes ?? usedBytes;
  const used = Math.min(usedBytes, wholeBytes);
  const reclaimable = Math.min(reclaimableBytes, used);
  return {
    keptBytes: used - reclaimable,
    reclaimableBytes: reclaimable,
    freeBytes: wholeBytes - used,
    wholeBytes,
  };
}

/** Where a disk stands between its marks. Used bytes at a mark count as above it, as the kubelet does. */
export function diskStanding(reading: DiskReading, high: number, low: number): DiskStanding {
  const marks = marksOf(reading, high, low);
  if (marks === undefined || reading.capacityBytes === undefined) return 'size unknown';
  const share = reading.usedBytes / reading.capacityBytes;
  if (share >= marks.high) return 'above the high mark';
  return share >= marks.low ? 'between the marks' : 'below the low mark';
}

/** A whole number of percent, cut off, so that 99.9 % is never shown as full: `84 %`. */
export function percent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}

function marksOf({ capacityBytes, highPercent, lowPercent }: DiskReading, high: number, low: number) {
  if (capacityBytes === undefined || capacityBytes === 0) return;
  return {
    high: highPercent === undefined ? high : highPercent / 100,
    low: lowPercent === undefined ? low : lowPercent / 100,
  };
}

function segments({ keptBytes, reclaimableBytes, freeBytes, wholeBytes }: DiskParts) {
  const parts: readonly (readonly [Look, number])[] = [
    ['stays', keptBytes],
    ['goes', reclaimableBytes],
    ['free', freeBytes],
  ];
  let before = 0;
  return parts.flatMap(([look, bytes]) => {
    const x = wholeBytes === 0 ? 0 : (before / wholeBytes) * WIDTH;
    before += bytes;
    return bytes === 0 ? [] : [{ look, x, width: (bytes / wholeBytes) * WIDTH }];
  });
}

/** The low mark is named below the bar, the high one above it: they may be close together. */
function Mark({ at, label }: { readonly at: number; readonly label: 'high' | 'low' }) {
  const x = round(at * WIDTH);
  const middle = Math.min(Math.max(x, 14), WIDTH - 14);
  return (
    <>
      <path class={`mark mark-${label}`} d={`M${x} 10V46`} />
      <text x={middle} y={label === 'high' ? 9 : 55} font-size="10" text-anchor="middle">
        {label}
      </text>
    </>
  );
}

function legendOf(reading: DiskReading, { keptBytes, reclaimableBytes, freeBytes }: DiskParts) {
  return [
    { look: 'stays' as const, words: 'kept', figure: formatBytes(keptBytes) },
    { look: 'goes' as const, words: 'reclaimable', figure: formatBytes(reclaimableBytes) },
    ...(reading.capacityBytes === undefined
      ? []
      : [{ look: 'free' as const, words: 'free', figure: formatBytes(freeBytes) }]),
  ];
}

function wordsOf({ target, capacityBytes, usedBytes }: DiskReading, parts: DiskParts, standing: DiskStanding): string {
  const reclaimable = `${formatBytes(parts.reclaimableBytes)} reclaimable`;
  if (capacityBytes === undefined) return `${target}: ${formatBytes(usedBytes)} used, ${reclaimable}`;
  const full = capacityBytes === 0 ? '' : ` (${percent(usedBytes / capacityBytes)})`;
  return `${target}: ${formatBytes(usedBytes)} of ${formatBytes(capacityBytes)} used${full}, ${reclaimable}, ${standing}`;
}
