import { formatBytes } from '../../util/pure/bytes.ts';
import { round } from './hatch.ts';

const WIDTH = 120;
const HEIGHT = 28;
const MARGIN = 3;

/**
 * A small line without axes: how something went. What it shows stands in words beside it.
 *
 * @param values - in order of time; `undefined` where nothing is known: the line has a gap there.
 * @param label - what it is: `registry.example, used`.
 * @param inWords - a value for eyes. Default: as bytes.
 */
export function Spark({
  values,
  label,
  inWords = formatBytes,
}: {
  readonly values: readonly (number | undefined)[];
  readonly label: string;
  readonly inWords?: (value: number) => string;
}) {
  const points = sparkPoints(values);
  const last = points.flat().at(-1);
  return (
    <svg class="picture spark" role="img" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT}>
      <title>{sparkWords(values, label, inWords)}</title>
      {points
        .filter((run) => run.length > 1)
        .map((run) => (
          <polyline class="spark-line" points={run.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ')} />
        ))}
      {last !== undefined && <circle class="spark-last" cx={round(last.x)} cy={round(last.y)} r="2.5" />}
    </svg>
  );
}

/** Runs of known values as points of the picture: the least at the bottom, the most at the top; all equal: in the middle. */
export function sparkPoints(values: readonly (number | undefined)[]): { readonly x: number; readonly y: number }[][] {
  const known = values.filter((value) => value !== undefined);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, values.length - 1);
  const height = HEIGHT - 2 * MARGIN;
  const runs: { x: number; y: number }[][] = [[]];
  values.forEach((value, n) => {
    if (value === undefined) {
      runs.push([]);
      return;
    }
    const share = most === least ? 0.5 : (value - least) / (most - least);
    runs.at(-1)?.push({ x: MARGIN + n * step, y: MARGIN + (1 - share) * height });
  });
  return runs.filter((run) => run.length > 0);
}

function sparkWords(
  values: readonly (number | undefined)[],
  label: string,
  inWords: (value: number) => string,
): string {
  const known = values.filter((value) => value !== undefined);
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return `${label}: nothing known yet`;
  if (known.length === 1) return `${label}: ${inWords(last)}`;
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  return `${label}: from ${inWords(first)} to ${inWords(last)}, least ${inWords(least)}, most ${inWords(most)}`;
}
