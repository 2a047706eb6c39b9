import { parseArgs } from 'node:util';

export const usage = `npm run bench -- prune [OPTION…]
  --images N,N    sizes of the clusters; default 10000,100000; for each 50 images a stream, for each 5 a pod
  --rounds N      default 3; medians are shown
  --no-peer       without the straightforward program beside it, which needs some GiB
  --clusters DIR  where the clusters are kept between runs; default bench-results/clusters
  --out FILE      results as JSON; default bench-results/prune.json
`;

export interface PruneOptions {
  readonly images: readonly number[];
  readonly rounds: number;
  readonly peer: boolean;
  readonly clusters: string;
  readonly out: string;
}

/** @returns undefined where help was asked for. @throws TypeError or RangeError for what makes no sense */
export function readPruneOptions(args: readonly string[]): PruneOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      images: { type: 'string', default: '10000,100000' },
      rounds: { type: 'string', default: '3' },
      'no-peer': { type: 'boolean', default: false },
      clusters: { type: 'string', default: 'bench-results/clusters' },
      out: { type: 'string', default: 'bench-results/prune.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const images = values.images.split(',').map(Number);
  if (images.some((one) => !Number.isInteger(one) || one < 500))
    throw new RangeError(`--images ${values.images}: give whole numbers from 500, with commas between them`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds ${values.rounds}: give a whole number`);
  return { images, rounds, peer: !values['no-peer'], clusters: values.clusters, out: values.out };
}
