import { counted, shortTime } from '../../report/words.ts';
import type { RunRecord, RunState } from '../../systems/history/contract.ts';
import { runLook } from './run-look.ts';

/** As many runs as a strip has cells. */
export const STRIP_CELLS = 28;
const CELL = { width: 18, height: 24, gap: 3 };

/**
 * The last runs of a schedule, a cell each, the newest at the right.
 *
 * @param runs - in any order; the newest {@link STRIP_CELLS} are drawn. Places without a run stay empty.
 */
export function RunStrip({ runs }: { readonly runs: readonly RunRecord[] }) {
  const shown = runs.toSorted((a, b) => a.dueAtMs - b.dueAtMs).slice(-STRIP_CELLS);
  const step = CELL.width + CELL.gap;
  const empty = STRIP_CELLS - shown.length;
  return (
    <figure class="picture run-strip">
      <svg role="img" viewBox={`0 0 ${STRIP_CELLS * step} ${CELL.height + 2}`}>
        <title>{stripTitle(shown)}</title>
        {shown.length > 0 && (
          <desc>{`Newest last: ${shown.map(({ state }) => runLook(state).words).join(', ')}.`}</desc>
        )}
        {Array.from({ length: empty }, (_, n) => (
          <rect class="run-none" x={n * step + 1} y="1" width={CELL.width} height={CELL.height} rx="2" />
        ))}
        {shown.map((run, n) => (
          <RunCell run={run} x={(empty + n) * step + 1} />
        ))}
      </svg>
      <figcaption>{stripTitle(shown)}</figcaption>
    </figure>
  );
}

/** `28 runs: 25 done, 2 nothing to do, 1 failed`: by state, the most frequent first. */
export function stripTitle(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return 'No run yet';
  const counts = new Map<RunState, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([state, count]) => `${count} ${runLook(state).words}`);
  return `${counted(runs.length, 'run')}: ${parts.join(', ')}`;
}

function RunCell({ run, x }: { readonly run: RunRecord; readonly x: number }) {
  const { tone, sign, words } = runLook(run.state);
  return (
    <g class={`run-cell run-${tone}`}>
      <title>{`${shortTime(run.dueAtMs)}: ${words}`}</title>
      <rect x={x} y="1" width={CELL.width} height={CELL.height} rx="2" />
      <text x={x + CELL.width / 2} y={CELL.height / 2 + 6} font-size="13" text-anchor="middle">
        {sign}
      </text>
    </g>
  );
}
