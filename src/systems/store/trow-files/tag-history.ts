import { type Digest, isDigest } from '../../../oci/digest.ts';

/** What a tag stood for since some moment. */
export interface HistoryLine {
  readonly digest: Digest;
  /** UTC nanoseconds since 1970. Absent: the line tells no time that can be read. */
  readonly atNanos?: bigint;
}

/** A tag's file. */
export interface TagHistory {
  readonly lines: readonly HistoryLine[];
  /** What is wrong with it: then there may have been other lines. */
  readonly damage?: string;
}

/**
 * Reads a tag's file. Its lines are in no order that counts: Trow wrote the newest first up to 0.3, and last from then on, so a file that
 * lived through an upgrade has both.
 */
export function parseTagHistory(text: string): TagHistory {
  const lines: HistoryLine[] = [];
  let damage: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [digest, time, ...more] = line.trim().split(/\s+/);
    if (digest === '') continue;
    if (!isDigest(digest) || !digest.startsWith('sha256:') || more.length > 0) {
      damage ??= `line ${index + 1} is not a digest and a time`;
      continue;
    }
    const atNanos = time === undefined ? undefined : parseNanos(time);
    lines.push(atNanos === undefined ? { digest } : { digest, atNanos });
  }
  if (lines.length === 0) damage ??= 'it is empty';
  return damage === undefined ? { lines } : { lines, damage };
}

/**
 * What the tag stands for: the line with the greatest time, never one because of its place. Several, where several have it; and every
 * line without a time, since each of them could be the one.
 */
export function currentDigests(lines: readonly HistoryLine[]): readonly Digest[] {
  const latest = lines.reduce((most, { atNanos = -1n }) => (atNanos > most ? atNanos : most), -1n);
  return distinct(lines.filter(({ atNanos }) => atNanos === undefined || atNanos === latest));
}

/** What the tag stood for at some time since `sinceMs`, without what it stands for now. With the time until which it did. */
export function pastDigests(
  lines: readonly HistoryLine[],
  sinceMs: number,
): readonly { readonly digest: Digest; readonly untilMs: number }[] {
  const current = new Set(currentDigests(lines));
  const timed = lines.flatMap(({ digest, atNanos }) => (atNanos === undefined ? [] : [{ digest, atNanos }]));
  timed.sort((a, b) => (a.atNanos > b.atNanos ? -1 : a.atNanos < b.atNanos ? 1 : 0));

  const past = new Map<Digest, number>();
  let untilNanos = timed[0]?.atNanos ?? 0n;
  timed.forEach(({ digest, atNanos }, index) => {
    const newer = timed[index - 1]?.atNanos ?? atNanos;
    if (newer > atNanos) untilNanos = newer;
    const untilMs = toMs(untilNanos);
    if (!current.has(digest) && !past.has(digest) && untilMs >= sinceMs) past.set(digest, untilMs);
  });
  return [...past].map(([digest, untilMs]) => ({ digest, untilMs }));
}

/** When a digest came, the last time. `undefined`: no line with a time names it. UTC milliseconds. */
export function pushedAtMs(lines: readonly HistoryLine[], digest: Digest): number | undefined {
  const times = lines.flatMap((line) => (line.digest === digest && line.atNanos !== undefined ? [line.atNanos] : []));
  return times.length === 0 ? undefined : toMs(times.reduce((most, time) => (time > most ? time : most)));
}

const TIME = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
function parseNanos(text: string): bigint | undefined {
  const [, seconds, fraction = '', zone] = TIME.exec(text) ?? [];
  const wholeMs = Date.parse(`${seconds}${zone}`.toUpperCase());
  if (Number.isNaN(wholeMs)) return undefined;
  return BigInt(wholeMs) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function toMs(nanos: bigint): number {
  return Number(nanos / 1_000_000n);
}

function distinct(lines: readonly HistoryLine[]): readonly Digest[] {
  return [...new Set(lines.map(({ digest }) => digest))];
}
