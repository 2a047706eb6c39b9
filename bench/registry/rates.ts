import { requires } from '../../test/support/requirements.ts';
import { canPin, childRunning, cpuMsOf, whilePinned } from '../measure/cores.ts';
import { median } from '../measure/median.ts';
import { percent, type Section } from '../measure/section.ts';
import { countTags, type FilledRegistry } from './filled-registry.ts';
import { surveyAll } from './survey.ts';
import { writePathsFile, wrkRate } from './wrk.ts';

export interface RatesOptions {
  readonly rounds: number;
  readonly wrkSeconds: number;
  /** No round begins later than this after the first. */
  readonly maxMs: number;
}

/** How the registry is asked. */
interface Setup {
  readonly concurrency: number;
  /** `shared`: server and client take what they get. `apart`: the server has core 0, the client core 1, as if it were another machine. */
  readonly cores: 'shared' | 'apart';
}

const setups: readonly Setup[] = [
  { concurrency: 4, cores: 'shared' },
  { concurrency: 8, cores: 'shared' },
  { concurrency: 16, cores: 'shared' },
  { concurrency: 8, cores: 'apart' },
];

interface Sample {
  readonly setup: Setup;
  readonly tagsPerSecond: number;
  readonly cpuMsPerTag: number;
  /** Absent where there is no wrk. */
  readonly wrkPerSecond?: number;
  /** What the server itself needs for an answer to wrk. */
  readonly serverCpuMs?: number;
}

/**
 * Tags that a survey lists and resolves in a second, beside what wrk gets from the same server for the same URLs. Winnow begins with a
 * cold process each time; wrk comes right before or after it, in turn, so that both meet the same weather.
 */
export async function measureRates(filled: FilledRegistry, options: RatesOptions): Promise<Section> {
  const tags = countTags(filled.world());
  const pathsFile = writePathsFile(filled.world());
  const server = childRunning('docker-registry');
  const possible = setups.filter(({ cores }) => cores === 'shared' || (server !== undefined && canPin()));
  const samples: Sample[] = [];
  await surveyAll(filled, { concurrency: 8 }); // the server's caches are warm for all alike
  const began = performance.now();
  let rounds = 0;
  while (rounds < options.rounds && (rounds === 0 || performance.now() - began < options.maxMs)) {
    for (const setup of possible) {
      const once = () => measureOnce(filled, setup, { pathsFile, server, ...options, winnowFirst: rounds % 2 === 0 });
      samples.push(setup.cores === 'shared' ? await once() : await whilePinned(server ?? 0, '0', once));
    }
    rounds += 1;
  }
  return {
    title: `Listing and resolving ${tags} tags (medians of ${rounds} rounds)`,
    columns: [
      'requests at a time',
      'cores',
      'Winnow tags/s',
      'wrk GET/s',
      'ratio',
      "Winnow's CPU a tag",
      "server's CPU a GET",
    ],
    rows: possible.map((setup) => rowOf(samples.filter((one) => one.setup === setup))),
    notes: requires('wrk') ? [] : ['wrk is not installed: no ceiling to compare with'],
    data: { tags, rounds, samples },
  };
}

interface Occasion {
  readonly pathsFile: string;
  readonly server: number | undefined;
  readonly wrkSeconds: number;
  readonly winnowFirst: boolean;
}

async function measureOnce(filled: FilledRegistry, setup: Setup, occasion: Occasion): Promise<Sample> {
  const place = setup.cores === 'apart' ? { cores: '1' } : {};
  const ceiling = () => measureWrk(filled.server.url, setup, occasion, place);
  const before = occasion.winnowFirst ? {} : await ceiling();
  const { tags, survey } = await surveyAll(filled, { concurrency: setup.concurrency, ...place });
  const after = occasion.winnowFirst ? await ceiling() : {};
  const tagsPerSecond = (tags / survey.wallMs) * 1000;
  return { setup, tagsPerSecond, cpuMsPerTag: survey.cpuMs / tags, ...before, ...after };
}

async function measureWrk(
  url: string,
  { concurrency }: Setup,
  { pathsFile, server, wrkSeconds }: Occasion,
  place: { readonly cores?: string },
): Promise<Pick<Sample, 'wrkPerSecond' | 'serverCpuMs'>> {
  if (!requires('wrk')) return {};
  const cpuBefore = server === undefined ? 0 : cpuMsOf(server);
  const load = { url, pathsFile, connections: concurrency, seconds: wrkSeconds, ...place };
  const { answers, perSecond } = await wrkRate(load);
  const serverCpuMs = server === undefined ? {} : { serverCpuMs: (cpuMsOf(server) - cpuBefore) / answers };
  return { wrkPerSecond: perSecond, ...serverCpuMs };
}

function rowOf(samples: readonly Sample[]): readonly string[] {
  const middle = (pick: (sample: Sample) => number | undefined, show: (value: number) => string) => {
    const values = samples.flatMap((sample) => pick(sample) ?? []);
    return values.length === 0 ? '–' : show(median(values));
  };
  const whole = (value: number) => value.toFixed(0);
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const { setup } = samples[0] as Sample;
  return [
    `${setup.concurrency}`,
    setup.cores,
    middle(({ tagsPerSecond }) => tagsPerSecond, whole),
    middle(({ wrkPerSecond }) => wrkPerSecond, whole),
    middle(({ tagsPerSecond, wrkPerSecond }) => wrkPerSecond && tagsPerSecond / wrkPerSecond, percent),
    middle(({ cpuMsPerTag }) => cpuMsPerTag, ms),
    middle(({ serverCpuMs }) => serverCpuMs, ms),
  ];
}
