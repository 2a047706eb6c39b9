import { parseArgs } from 'node:util';
import { type Cache, caches, play, type Story, storiesOf, titleOf } from './story.ts';

const usage = `npm run interleavings -- [OPTION…]
  Plays made-up registries in which clients push while Winnow collects, step by step, and says in which anything is wrong in the end.
  The same seed is the same story. Exits with 1 when one ends badly.
  --seeds N      for each kind of world; default 100
  --from N       the first seed; default 1
  --caches A,B   default ${caches.join(',')}
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    caches: { type: 'string', default: caches.join(',') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else process.exitCode = await playAll();

async function playAll(): Promise<number> {
  const sum = { worlds: 0, wrong: 0, runs: 0, deaths: 0, pushes: 0, refused: 0 };
  for (const story of chosenStories()) {
    const end = await play(story);
    sum.worlds += 1;
    for (const count of ['runs', 'deaths', 'pushes', 'refused'] as const) sum[count] += end[count];
    if (end.wrong.length === 0) continue;
    sum.wrong += 1;
    process.stdout.write(`${titleOf(story)}, seed ${story.seed}:\n${end.wrong.map((one) => `  ${one}\n`).join('')}`);
  }
  const { worlds, wrong, runs, deaths, pushes, refused } = sum;
  process.stdout.write(
    `${worlds} worlds, ${wrong} of them wrong in the end: ${pushes} pushes, ${refused} refused, ${runs} runs, ${deaths} of them killed\n`,
  );
  return wrong === 0 ? 0 : 1;
}

function chosenStories(): readonly Story[] {
  const chosen = values.caches.split(',').map((name) => {
    const cache = caches.find((one): one is Cache => one === name);
    if (cache === undefined) throw new RangeError(`--caches ${name}: there are ${caches.join(', ')}`);
    return cache;
  });
  return storiesOf(chosen, wholeNumber('--from', values.from), wholeNumber('--seeds', values.seeds));
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`${flag} ${text}: give a whole number from 1 on`);
  return number;
}
