import { parseArgs } from 'node:util';

export const usage = `npm run bench -- service [OPTION…]
  --images N      images in the inventory; default 100000, with twice as many tags
  --plans N       runs with a small plan each; default 1000
  --requests N    of each address; default 200
  --history LIST  embedded, postgres or both; default embedded,postgres where PostgreSQL is installed
  --out FILE      results as JSON; default bench-results/service.json
`;

export const historyKinds = ['embedded', 'postgres'] as const;
export type HistoryKind = (typeof historyKinds)[number];

export interface ServiceOptions {
  readonly images: number;
  readonly plans: number;
  readonly requests: number;
  /** Undefined: whatever is installed. */
  readonly histories: readonly HistoryKind[] | undefined;
  readonly out: string;
}

/** @returns undefined where help was asked for. @throws TypeError or RangeError for what makes no sense */
export function readServiceOptions(args: readonly string[]): ServiceOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      images: { type: 'string', default: '100000' },
      plans: { type: 'string', default: '1000' },
      requests: { type: 'string', default: '200' },
      history: { type: 'string' },
      out: { type: 'string', default: 'bench-results/service.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const named = values.history?.split(',');
  const histories = named?.map((one) => historyKinds.find((kind) => kind === one));
  if (histories?.includes(undefined) === true)
    throw new RangeError(`--history ${values.history}: give ${historyKinds.join(' or ')}`);
  return {
    images: wholeNumber('--images', values.images, 1000),
    plans: wholeNumber('--plans', values.plans, 10),
    requests: wholeNumber('--requests', values.requests, 10),
    histories: histories as readonly HistoryKind[] | undefined,
    out: values.out,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`${option} ${text}: give a whole number from ${least}`);
}
