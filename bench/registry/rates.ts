import { requires } from '../../test/support/requirements.ts';
import { median } from '../measure/median.ts';
import { percent, type Section } from '../measure/section.ts';
import { countTags, type FilledRegistry } from './filled-registry.ts';
import { writeRecordsFile } from './records-file.ts';
import { surveyAll } from './survey.ts';
import { writePathsFile, wrkRate } from './wrk.ts';

const CONCURRENCIES = [4, 8, 16];

export interface RatesOptions {
  readonly rounds: number;
  readonly wrkSeconds: number;
  /** No round begins later than this after the first. */
  readonly maxMs: number;
}

interface Sample {
  readonly concurrency: number;
  readonly tagsPerSecond: number;
  readonly cpuMsPerTag: number;
  /** Absent where there is no wrk. */
  readonly wrkPerSecond?: number;
}

/**
 * Tags that a survey lists and resolves in a second, beside what wrk gets from the same server for the same URLs. Winnow begins with a
 * cold process each time; wrk comes right before or after it, in turn, so that both meet the same weather.
 */
export async function measureRates(filled: FilledRegistry, options: RatesOptions): Promise<Section> {
  const world = filled.world();
  const files = { records: writeRecordsFile(world), paths: writePathsFile(world) };
  const samples: Sample[] = [];
  const began = performance.now();
  await surveyAll(filled, files.records, 8); // the server's caches are warm for all alike
  let rounds = 0;
  while (rounds < options.rounds && (rounds === 0 || performance.now() - began < options.maxMs)) {
    for (const concurrency of CONCURRENCIES)
      samples.push(await measureOnce(filled, files, concurrency, options.wrkSeconds, rounds % 2 === 0));
    rounds += 1;
  }
  return {
    title: `Listing and resolving ${countTags(world)} tags (medians of ${rounds} rounds)`,
    columns: ['requests at a time', 'Winnow tags/s', 'wrk GET/s', 'ratio', "Winnow's CPU a tag"],
    rows: CONCURRENCIES.map((concurrency) => rowOf(samples.filter((one) => one.concurrency === concurrency))),
    notes: requires('wrk') ? [] : ['wrk is not installed: no ceiling to compare with'],
    data: { tags: countTags(world), rounds, samples },
  };
}

async function measureOnce(
  filled: FilledRegistry,
  files: { readonly records: string; readonly paths: string },
  concurrency: number,
  wrkSeconds: number,
  winnowFirst: boolean,
): Promise<Sample> {
  const { url } = filled.server;
  const wrk = async () => (requires('wrk') ? await wrkRate(url, files.paths, concurrency, wrkSeconds) : undefined);
  const before = winnowFirst ? undefined : await wrk();
  const { tags, survey } = await surveyAll(filled, files.records, concurrency);
  const wrkPerSecond = winnowFirst ? await wrk() : before;
  return {
    concurrency,
    tagsPerSecond: (tags / survey.wallMs) * 1000,
    cpuMsPerTag: survey.cpuMs / tags,
    ...(wrkPerSecond === undefined ? {} : { wrkPerSecond }),
  };
}

function rowOf(samples: readonly Sample[]): readonly string[] {
  const rates = samples.map(({ tagsPerSecond }) => tagsPerSecond);
  const wrk = samples.flatMap(({ wrkPerSecond }) => wrkPerSecond ?? []);
  const ratios = samples.flatMap(({ tagsPerSecond, wrkPerSecond }) =>
    wrkPerSecond === undefined ? [] : tagsPerSecond / wrkPerSecond,
  );
  return [
    `${samples[0]?.concurrency}`,
    median(rates).toFixed(0),
    wrk.length === 0 ? '–' : median(wrk).toFixed(0),
    ratios.length === 0 ? '–' : percent(median(ratios)),
    `${median(samples.map(({ cpuMsPerTag }) => cpuMsPerTag)).toFixed(2)} ms`,
  ];
}
