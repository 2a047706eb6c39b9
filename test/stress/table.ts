import type { CellResult } from './cell.ts';

const columns: readonly (readonly [string, (result: CellResult) => string | number])[] = [
  ['collector', ({ options }) => options.collector],
  ['cache', ({ options }) => options.cache],
  ['pushes', ({ work }) => work.pushes],
  ['failed', ({ work }) => [...work.failedPushes.values()].reduce((sum, count) => sum + count, 0)],
  ['reused', ({ work }) => work.reused],
  ['mounts', ({ work }) => work.mounts],
  ['deletes', ({ work }) => work.deletes],
  ['pulls', ({ work }) => work.pulls],
  ['failed', ({ work }) => work.failedPulls],
  ['runs', ({ collected }) => collected.runs],
  ['kills', ({ collected }) => collected.kills],
  ['unlinked', ({ collected }) => collected.unlinked],
  ['hidden', ({ collected }) => collected.hidden],
  ['purged', ({ collected }) => collected.purged],
  ['restored', ({ collected }) => collected.restored],
  ['healed', ({ collected }) => collected.healed],
  ['tags', ({ tags }) => tags],
  ['broken', ({ broken }) => broken.length],
];

/** Of what is broken. */
const SHOWN = 20;

/** One line for each cell, in columns. What runs did before they were killed is not counted. */
export function tableOf(results: readonly CellResult[]): string {
  const rows = [columns.map(([title]) => title), ...results.map((one) => columns.map(([, tell]) => String(tell(one))))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((text, n) => (n < 2 ? text.padEnd(widths[n] ?? 0) : text.padStart(widths[n] ?? 0))).join('  '),
    )
    .join('\n');
}

/** What the table has no room for: why something was not done, and what is broken. */
export function detailsOf({ work, collected, broken }: CellResult): string {
  const counted = (title: string, counts: ReadonlyMap<string, number>) =>
    [...counts].map(([cause, count]) => `  ${title}: ${count} × ${cause}`);
  return [
    ...counted('push failed', work.failedPushes),
    ...counted('not collected', collected.undone),
    ...counted('run failed', collected.failures),
    ...broken.slice(0, SHOWN).map((text) => `  BROKEN ${text}`),
    ...(broken.length > SHOWN ? [`  BROKEN and ${broken.length - SHOWN} more`] : []),
  ].join('\n');
}
