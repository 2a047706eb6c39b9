import { parseArgs } from 'node:util';

export const usage = `npm run bench -- store [OPTION…]
  --blobs N,N     sizes of the stores; default 10000,100000
  --million       also a million blobs (made once, several minutes; some 4 million files)
  --ten-million   also ten million blobs in memory, without files
  --only NAME,…   of keep, delete-untagged, hide; default all three
  --rounds N      default 3; medians are shown
  --cold          with nothing in the system's cache before each dry run, by drop_caches (Linux, root only)
  --stores DIR    where the stores are kept between runs; default bench-results/stores
  --out FILE      results as JSON; default bench-results/store.json
`;

/** What is measured at each size: dry runs that keep or delete untagged manifests, and the hiding of blobs. */
const parts = ['keep', 'delete-untagged', 'hide'] as const;

export type Part = (typeof parts)[number];

export interface StoreOptions {
  readonly blobs: readonly number[];
  readonly only: readonly Part[];
  readonly rounds: number;
  readonly tenMillion: boolean;
  readonly cold: boolean;
  readonly stores: string;
  readonly out: string;
}

/** @returns undefined where help was asked for. @throws TypeError or RangeError for what makes no sense */
export function readStoreOptions(args: readonly string[]): StoreOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      blobs: { type: 'string', default: '10000,100000' },
      million: { type: 'boolean', default: false },
      'ten-million': { type: 'boolean', default: false },
      only: { type: 'string', default: parts.join() },
      rounds: { type: 'string', default: '3' },
      cold: { type: 'boolean', default: false },
      stores: { type: 'string', default: 'bench-results/stores' },
      out: { type: 'string', default: 'bench-results/store.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const blobs = [...values.blobs.split(',').map(Number), ...(values.million ? [1_000_000] : [])];
  if (blobs.some((one) => !Number.isInteger(one) || one < 1000))
    throw new RangeError(`--blobs ${values.blobs}: give whole numbers from 1000, with commas between them`);
  const only = values.only.split(',').map((name) => parts.find((part) => part === name));
  if (!only.every((one) => one !== undefined))
    throw new RangeError(`--only ${values.only}: give of ${parts.join(', ')}, with commas between them`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds ${values.rounds}: give a whole number`);
  const { cold, stores, out } = values;
  return { blobs, only, rounds, tenMillion: values['ten-million'], cold, stores, out };
}
