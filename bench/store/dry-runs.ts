import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { type MeasuredCommand, measuredCommand } from '../measure/measured-command.ts';
import { median } from '../measure/median.ts';
import { dropPageCache } from '../measure/page-cache.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import { type Contender, floor, type Mode, registrysOwn, winnow } from './contenders.ts';
import type { StoreOptions } from './options.ts';
import type { MadeStore } from './write-store.ts';

/** A million blobs: the registry's own needs minutes, and with `-m` longer than anybody waits. */
const PATIENCE = { keep: 1_000_000, 'delete-untagged': 100_000 } as const;

/** A disk that has to be asked wants more questions at once than there are cores. */
const COLD_READERS = 8;

interface Row {
  readonly name: string;
  readonly samples: readonly MeasuredCommand[];
}

/**
 * All contenders in turn, so that whatever else goes on meets each of them. An answer that is not the truth ends the benchmark.
 */
export async function measureDryRuns(store: MadeStore, mode: Mode, options: StoreOptions): Promise<Section> {
  const { truth } = store;
  const expected = mode === 'keep' ? truth.orphans : truth.orphansWithoutUntagged;
  const kept = makeTempFolder('bench-state');
  const contenders = [
    truth.blobs <= PATIENCE[mode] * 1.1 ? registrysOwn(store, mode) : undefined,
    { ...winnow(store, mode, ''), name: 'Winnow, first run' },
    { ...winnow(store, mode, kept), name: 'Winnow, nothing new since' },
    floor(store, options.cold ? COLD_READERS : 2),
  ].filter((one) => one !== undefined);
  await measuredCommand(withState(contenders.find(isLater) as Contender, kept).command); // it knows the store from now on

  const rows = new Map<string, MeasuredCommand[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1)
    for (const contender of contenders) {
      const { name, command, answer } = withState(contender, kept);
      if (options.cold) dropPageCache();
      const said = await measuredCommand(command);
      const found = answer?.(said);
      if (answer !== undefined && found !== expected)
        throw new Error(`${name} finds ${found} blobs, and ${expected} it is: ${said.stderr.slice(-2000)}`);
      rows.get(name)?.push(said);
    }
  return section(
    `Dry run, ${truth.blobs} blobs, ${truth.manifests} manifests, ${truth.tags} tags, ${mode}${options.cold ? ', cold' : ''}: ${expected} would go`,
    [...rows].map(([name, samples]) => ({ name, samples })),
  );
}

function isLater({ name }: Contender): boolean {
  return name.endsWith('nothing new since');
}

/** A first run knows nothing: it gets an empty folder each time. */
function withState(contender: Contender, kept: string): Contender {
  const [program, ...args] = contender.command;
  const at = args.indexOf('--state-dir');
  if (at < 0) return contender;
  const stateDir = isLater(contender) ? kept : makeTempFolder('bench-state');
  return { ...contender, command: [program, ...args.slice(0, at + 1), stateDir] };
}

function section(title: string, rows: readonly Row[]): Section {
  const figures = rows.map(({ name, samples }) => ({
    name,
    wallMs: median(samples.map(({ wallMs }) => wallMs)),
    cpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
    peakBytes: median(samples.map(({ peakBytes }) => peakBytes)),
  }));
  const own = figures.find(({ name }) => name === 'docker-registry');
  const least = figures.find(({ name }) => name.startsWith('floor'));
  const times = (all: number | undefined, part: number) => (all === undefined ? '' : `${(all / part).toFixed(1)}×`);
  return {
    title,
    columns: ['who', 'wall', 'CPU', 'peak memory', 'faster than the own, wall', 'CPU', 'times the floor, wall'],
    rows: figures.map((one) => [
      one.name,
      seconds(one.wallMs),
      seconds(one.cpuMs),
      mebibytes(one.peakBytes),
      times(own?.wallMs, one.wallMs),
      times(own?.cpuMs, one.cpuMs),
      least === undefined ? '' : times(one.wallMs, least.wallMs),
    ]),
    notes: [],
    data: figures,
  };
}
