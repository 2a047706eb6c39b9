import { formatDuration } from '../../../util/pure/duration.ts';

/** A moment: absolute with its zone, and how long ago or ahead. The title has the seconds. */
export function At({ ms, nowMs }: { readonly ms: number | undefined; readonly nowMs: number }) {
  if (ms === undefined) return <span class="none">never</span>;
  const iso = new Date(ms).toISOString();
  return (
    <time datetime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      <span class="at">{atInWords(ms)}</span> <span class="ago">{agoInWords(ms, nowMs)}</span>
    </time>
  );
}

/** How long something took, or takes. */
export function Lasting({ ms }: { readonly ms: number }) {
  return <span class="num">{formatDuration(Math.max(0, ms))}</span>;
}

/** `2026-11-21 03:00 UTC` */
export function atInWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `3h12m ago`, `in 5m`, `just now`. */
export function agoInWords(ms: number, nowMs: number): string {
  const away = ms - nowMs;
  if (Math.abs(away) < 5000) return 'just now';
  const words = formatDuration(roughly(Math.abs(away)));
  return away < 0 ? `${words} ago` : `in ${words}`;
}

/** Nobody cares for the seconds of an hour ago. */
function roughly(lengthMs: number): number {
  const unit = lengthMs < 60_000 ? 1000 : lengthMs < 86_400_000 ? 60_000 : 3_600_000;
  return Math.floor(lengthMs / unit) * unit;
}
