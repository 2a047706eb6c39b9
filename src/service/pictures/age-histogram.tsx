import type { Verdict } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { Area, Legend } from './area.tsx';
import { round } from './hatch.ts';

const WIDTH = 760;
const HEIGHT = 200;
const LEFT = 76;
const TOP = 10;
const FLOOR = 168;

/** Tags of one range of ages. */
export interface AgeBucket {
  /** `under 7 d`, `30 to 90 d`, `unknown` */
  readonly words: string;
  readonly byVerdict: Readonly<Record<Verdict, { readonly tags: number; readonly bytes: number }>>;
}

/** From the floor up. */
const order: readonly Verdict[] = ['used', 'stays', 'goes'];
const verdictWords: Readonly<Record<Verdict, string>> = { used: 'in use', stays: 'stays', goes: 'goes' };

/** How old tags are, and what becomes of them: bytes that each holds alone, stacked by verdict; a table with the counts below. */
export function AgeHistogram({ buckets, title }: { readonly buckets: readonly AgeBucket[]; readonly title: string }) {
  const most = buckets.map(bytesOf).reduce((a, b) => Math.max(a, b), 0);
  const step = (WIDTH - LEFT) / Math.max(1, buckets.length);
  return (
    <figure class="picture age-histogram">
      <svg role="img" viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        <title>{title}</title>
        <desc>{`${buckets.map((bucket) => `${bucket.words}: ${formatBytes(bytesOf(bucket))}`).join('; ')}.`}</desc>
        {(most === 0 ? [0] : [0, most / 2, most]).map((bytes) => (
          <>
            <path class="grid" d={`M${LEFT} ${heightOf(bytes, most)}H${WIDTH}`} />
            <text class="axis" x={LEFT - 6} y={heightOf(bytes, most) + 4} font-size="11" text-anchor="end">
              {formatBytes(Math.round(bytes))}
            </text>
          </>
        ))}
        {buckets.map((bucket, n) => (
          <Stack bucket={bucket} most={most} x={LEFT + n * step} width={step} />
        ))}
      </svg>
      <figcaption>
        <Legend items={order.map((verdict) => ({ look: verdict, words: verdictWords[verdict] }))} />
        <AgeTable buckets={buckets} />
      </figcaption>
    </figure>
  );
}

function Stack({
  bucket,
  most,
  x,
  width,
}: {
  readonly bucket: AgeBucket;
  readonly most: number;
  readonly x: number;
  readonly width: number;
}) {
  let below = 0;
  const parts = order.flatMap((verdict) => {
    const { bytes } = bucket.byVerdict[verdict];
    const bottom = heightOf(below, most);
    below += bytes;
    const top = heightOf(below, most);
    return bytes === 0 ? [] : [{ verdict, top, height: bottom - top }];
  });
  return (
    <g>
      <title>{`${bucket.words}: ${formatBytes(bytesOf(bucket))}`}</title>
      {parts.map(({ verdict, top, height }) => (
        <Area box={{ x: x + width * 0.15, y: top, width: width * 0.7, height }} look={verdict} />
      ))}
      <text class="axis" x={round(x + width / 2)} y={FLOOR + 17} font-size="11" text-anchor="middle">
        {bucket.words}
      </text>
    </g>
  );
}

function AgeTable({ buckets }: { readonly buckets: readonly AgeBucket[] }) {
  return (
    <details>
      <summary>The same as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">age</th>
            {order.map((verdict) => (
              <>
                <th scope="col" class="num">{`tags: ${verdictWords[verdict]}`}</th>
                <th scope="col" class="num">{`bytes: ${verdictWords[verdict]}`}</th>
              </>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets.map(({ words, byVerdict }) => (
            <tr>
              <th scope="row">{words}</th>
              {order.map((verdict) => (
                <>
                  <td class="num">{byVerdict[verdict].tags}</td>
                  <td class="num">{formatBytes(byVerdict[verdict].bytes)}</td>
                </>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function bytesOf({ byVerdict }: AgeBucket): number {
  return order.reduce((sum, verdict) => sum + byVerdict[verdict].bytes, 0);
}

function heightOf(bytes: number, most: number): number {
  return most === 0 ? FLOOR : FLOOR - (bytes / most) * (FLOOR - TOP);
}
