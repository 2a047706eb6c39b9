/** `1 tag`, `2 tags`, `0 tags`, `3 repositories`, `4 sandboxes`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  if (noun.endsWith('y')) return `${count} ${noun.slice(0, -1)}ies`;
  return `${count} ${noun}${noun.endsWith('x') ? 'es' : 's'}`;
}

/** A time as reports write it: UTC, to the millisecond. @param atMs - UTC milliseconds since 1970 */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A time for eyes: `2026-08-01 12:00:00Z`. */
export function shortTime(atMs: number): string {
  return `${isoTime(atMs).slice(0, 19).replace('T', ' ')}Z`;
}
