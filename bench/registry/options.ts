import { parseArgs } from 'node:util';

export const usage = `npm run bench -- registry [OPTION…]
  --only PART     start, plan, memory or survey
  --rate-tags N   tags for the comparison with wrk; default 2000
  --ten-million   also ten million blobs in memory
  --quick         small numbers: whether it works, not how fast it is
  --out FILE      results as JSON; default bench-results/registry.json
`;

const parts = ['start', 'plan', 'memory', 'survey'] as const;
export type Part = (typeof parts)[number];

/** How much is measured. */
export interface Size {
  /** Tags in the registry as it grows. */
  readonly sizes: readonly number[];
  readonly rateTags: number;
  readonly rounds: number;
  readonly wrkSeconds: number;
  readonly starts: number;
  readonly actions: number;
  readonly blobs: readonly number[];
}

const full = { sizes: [1000, 5000, 20_000], rateTags: 2000, rounds: 3, wrkSeconds: 2, starts: 10, actions: 1_000_000 };
const quick = { sizes: [100, 200, 400], rateTags: 200, rounds: 1, wrkSeconds: 1, starts: 2, actions: 10_000 };

export interface Options extends Size {
  readonly parts: readonly Part[];
  readonly out: string;
}

/** @returns undefined where help was asked for. @throws TypeError or RangeError for what makes no sense */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      'rate-tags': { type: 'string' },
      'ten-million': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: 'bench-results/registry.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const size = values.quick ? quick : full;
  const only = parts.filter((part) => values.only === undefined || values.only === part);
  const rateTags = Number(values['rate-tags'] ?? size.rateTags);
  if (only.length === 0) throw new RangeError(`--only ${values.only}: there is ${parts.join(', ')}`);
  if (!Number.isInteger(rateTags) || rateTags < 1) throw new RangeError('--rate-tags takes a whole number');
  const blobs = [size.actions, ...(values['ten-million'] ? [10_000_000] : [])];
  return { ...size, rateTags, blobs, parts: only, out: values.out };
}
