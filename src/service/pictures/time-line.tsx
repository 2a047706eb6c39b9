import { scaleLinear, scaleUtc } from 'd3-scale';
import { counted, shortTime } from '../../report/words.ts';
import type { RunRecord } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { round } from './hatch.ts';
import { runLook } from './run-look.ts';
import { textWidth } from './text-width.ts';

/** More runs than this are not told apart any more: the newest are drawn. */
export const TIME_LINE_RUNS = 200;
const WIDTH = 760;
const LEFT = 76;
const RIGHT = 12;
const PANEL = { height: 84, gap: 26, top: 18 };

interface Series {
  readonly name: string;
  readonly mark: 'found' | 'live' | 'removed' | 'freed';
  readonly of: (run: RunRecord) => number | undefined;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  readonly inWords: (value: number) => string;
}

const panels: readonly Panel[] = [
  {
    title: 'found and live',
    series: [
      { name: 'found', mark: 'found', of: ({ counts }) => counts?.found },
      { name: 'live', mark: 'live', of: ({ counts }) => counts?.live },
    ],
    inWords: wholeNumber,
  },
  {
    title: 'removed',
    series: [{ name: 'removed', mark: 'removed', of: ({ counts }) => counts?.removed }],
    inWords: wholeNumber,
  },
  {
    title: 'freed',
    series: [{ name: 'freed', mark: 'freed', of: ({ freedBytes }) => freedBytes }],
    inWords: formatBytes,
  },
];

/** What the runs of a schedule found, left alive, removed and freed, along one axis of time; the same as a table below. */
export function TimeLine({ runs }: { readonly runs: readonly RunRecord[] }) {
  const shown = runs.toSorted((a, b) => a.dueAtMs - b.dueAtMs).slice(-TIME_LINE_RUNS);
  const height = PANEL.top + panels.length * (PANEL.height + PANEL.gap);
  if (shown.length === 0) return <p class="picture-empty">No run yet: there is nothing to draw.</p>;
  const xOf = timeScale(shown);
  return (
    <figure class="picture time-line">
      <svg role="img" viewBox={`0 0 ${WIDTH} ${height}`}>
        <title>{timeLineTitle(shown)}</title>
        <desc>The table below has the same figures.</desc>
        {panels.map((panel, n) => (
          <PanelOf panel={panel} runs={shown} x={xOf} top={PANEL.top + n * (PANEL.height + PANEL.gap)} />
        ))}
        <TimeTicks x={xOf} y={height - PANEL.gap + 14} />
      </svg>
      <figcaption>
        <details>
          <summary>The same as a table</summary>
          <TimeLineTable runs={shown} />
        </details>
      </figcaption>
    </figure>
  );
}

type XOf = ReturnType<typeof scaleUtc<number>>;

function timeScale(runs: readonly RunRecord[]): XOf {
  const times = runs.map(({ dueAtMs }) => dueAtMs);
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? first;
  const spare = first === last ? 3_600_000 : 0; // a single run stands in the middle
  return scaleUtc([first - spare, last + spare], [LEFT + 6, WIDTH - RIGHT - 6]);
}

function timeLineTitle(runs: readonly RunRecord[]): string {
  const first = runs[0]?.dueAtMs ?? 0;
  const last = runs.at(-1)?.dueAtMs ?? first;
  const freed = runs.reduce((sum, { freedBytes }) => sum + (freedBytes ?? 0), 0);
  const removed = runs.reduce((sum, { counts }) => sum + (counts?.removed ?? 0), 0);
  const span = runs.length === 1 ? shortTime(first) : `${shortTime(first)} to ${shortTime(last)}`;
  return `${counted(runs.length, 'run')}, ${span}: ${removed} removed, ${formatBytes(freed)} freed`;
}

function PanelOf({
  panel: { title, series, inWords },
  runs,
  x,
  top,
}: {
  readonly panel: Panel;
  readonly runs: readonly RunRecord[];
  readonly x: XOf;
  readonly top: number;
}) {
  const values = runs.flatMap((run) => series.flatMap(({ of }) => of(run) ?? []));
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const y = scaleLinear([0, most === 0 ? 1 : most], [top + PANEL.height, top]);
  return (
    <g>
      <text class="panel-title" x={LEFT} y={top - 5} font-size="12">
        {values.length === 0 ? `${title}: no run tells` : title}
      </text>
      {(most === 0 ? [0] : [0, most]).map((value) => (
        <>
          <path class="grid" d={`M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}`} />
          <text x={LEFT - 6} y={round(y(value)) + 4} font-size="11" text-anchor="end">
            {inWords(value)}
          </text>
        </>
      ))}
      {series.map((one) =>
        one.mark === 'found' || one.mark === 'live' ? (
          <Line series={one} runs={runs} x={x} y={y} />
        ) : (
          <Bars series={one} runs={runs} x={x} y={y} floor={top + PANEL.height} />
        ),
      )}
    </g>
  );
}

interface Marks {
  readonly series: Series;
  readonly runs: readonly RunRecord[];
  readonly x: (atMs: number) => number;
  readonly y: (value: number) => number;
}

/** A line for each stretch of runs that tell; live is dashed, and both have their name at the end. */
function Line({ series: { of, mark, name }, runs, x, y }: Marks) {
  const points = runs.flatMap((run) => {
    const value = of(run);
    return value === undefined ? [] : [{ x: round(x(run.dueAtMs)), y: round(y(value)) }];
  });
  const last = points.at(-1);
  if (last === undefined) return null;
  const labelX = Math.max(LEFT, last.x - textWidth(name, 11));
  return (
    <>
      <polyline class={`series series-${mark}`} points={points.map((point) => `${point.x},${point.y}`).join(' ')} />
      {points.map((point) => (
        <circle class={`dot dot-${mark}`} cx={point.x} cy={point.y} r="2" />
      ))}
      <text class="series-name" x={round(labelX)} y={round(mark === 'found' ? last.y - 5 : last.y + 13)} font-size="11">
        {name}
      </text>
    </>
  );
}

function Bars({ series: { of, mark, name }, runs, x, y, floor }: Marks & { readonly floor: number }) {
  const width = Math.max(1.5, Math.min(12, (WIDTH - LEFT - RIGHT) / runs.length / 1.6));
  return (
    <>
      {runs.flatMap((run) => {
        const value = of(run);
        if (value === undefined || value === 0) return [];
        const top = round(y(value));
        return [
          <rect
            class={`bar bar-${mark}`}
            x={round(x(run.dueAtMs) - width / 2)}
            y={top}
            width={round(width)}
            height={round(floor - top)}
          >
            <title>{`${shortTime(run.dueAtMs)}: ${name} ${mark === 'freed' ? formatBytes(value) : value}`}</title>
          </rect>,
        ];
      })}
    </>
  );
}

function TimeTicks({ x, y }: { readonly x: XOf; readonly y: number }) {
  const format = x.tickFormat(6);
  return (
    <g class="ticks">
      {x.ticks(6).map((tick) => (
        <text x={round(x(tick))} y={y} font-size="11" text-anchor="middle">
          {format(tick)}
        </text>
      ))}
    </g>
  );
}

/** Newest first, as lists of runs are. */
function TimeLineTable({ runs }: { readonly runs: readonly RunRecord[] }) {
  return (
    <table>
      <thead>
        <tr>
          {['due', 'state', 'found', 'live', 'removed', 'freed'].map((head) => (
            <th scope="col">{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.toReversed().map(({ dueAtMs, state, counts, freedBytes }) => (
          <tr>
            <td>{shortTime(dueAtMs)}</td>
            <td>{runLook(state).words}</td>
            <td class="num">{counts?.found ?? ''}</td>
            <td class="num">{counts?.live ?? ''}</td>
            <td class="num">{counts?.removed ?? ''}</td>
            <td class="num">{freedBytes === undefined ? '' : formatBytes(freedBytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function wholeNumber(value: number): string {
  return String(Math.round(value));
}
