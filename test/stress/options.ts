import { parseArgs } from 'node:util';
import { type Cache, type CellOptions, type CollectorName, caches, collectors } from './cell.ts';

export const usage = `npm run stress -- [OPTION…]
  Clients push, mount, pull and delete on a real docker-registry while its storage is collected, every step as soon as it can be.
  Exits with 1 when anything is broken at the end.
  --seconds N          for each row; default 60
  --caches A,B         of the registry; default none,in-memory,redis; also two-in-memory: two servers
  --collectors A,B     default winnow,killed (killed and started again all the time); also registry: the one it brings along
  --pushers N          default 8
`;

/** @returns undefined where help was asked for. @throws TypeError or RangeError for what makes no sense */
export function readOptions(args: readonly string[]): readonly CellOptions[] | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      caches: { type: 'string', default: 'none,in-memory,redis' },
      collectors: { type: 'string', default: 'winnow,killed' },
      pushers: { type: 'string', default: '8' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const seconds = wholeNumber('--seconds', values.seconds);
  const pushers = wholeNumber('--pushers', values.pushers);
  const chosen = {
    collectors: chosenOf<CollectorName>('--collectors', values.collectors, collectors),
    caches: chosenOf<Cache>('--caches', values.caches, caches),
  };
  return chosen.collectors.flatMap((collector) =>
    chosen.caches.map((cache) => ({ cache, collector, seconds, pushers })),
  );
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} ${text}: give a whole number`);
  return number;
}

function chosenOf<Name extends string>(flag: string, text: string, names: readonly Name[]): readonly Name[] {
  return text.split(',').map((part) => {
    const name = names.find((one) => one === part);
    if (name === undefined) throw new RangeError(`${flag} ${part}: there are ${names.join(', ')}`);
    return name;
  });
}
