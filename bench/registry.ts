import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runEndings } from '../test/support/at-end.ts';
import { requires } from '../test/support/requirements.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { type Section, sectionText } from './measure/section.ts';
import { measureColdStart } from './registry/cold-start.ts';
import { type FilledRegistry, startFilledRegistry } from './registry/filled-registry.ts';
import { growthSection, measureSize } from './registry/growth.ts';
import { measureManyBlobs } from './registry/many-blobs.ts';
import { type Options, readOptions, type Size, usage } from './registry/options.ts';
import { measureOtherTools } from './registry/other-tools.ts';
import { measurePlanFile } from './registry/plan-file.ts';
import { measureRates } from './registry/rates.ts';

/** No round of the comparison with wrk begins later than this after the first. */
const MAX_RATES_MS = 40_000;

/** Surveys of a real docker-registry beside other clients, and what the rest of the way costs. Nothing is asserted about time. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(usage);
    return;
  }
  const machine = describeMachine();
  const { cores, processor, memoryGiB, node, load } = machine;
  process.stdout.write(`${cores} cores (${processor}), ${memoryGiB} GiB, Node ${node}\n`);
  process.stdout.write(`load ${load} before anything was started\n\n`);

  const began = performance.now();
  const sections: Section[] = [];
  try {
    for await (const section of measureParts(options)) {
      sections.push(section);
      process.stdout.write(sectionText(section));
    }
  } finally {
    await runEndings();
  }
  const loadAfter = loadNow();
  process.stdout.write(`took ${((performance.now() - began) / 1000).toFixed(0)} s; load ${loadAfter} at the end\n`);
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify({ madeAt: new Date(), machine, loadAfter, sections }, null, 1)}\n`);
}

async function* measureParts(options: Options): AsyncGenerator<Section> {
  const { parts } = options;
  if (parts.includes('start')) yield await measureColdStart(options.starts);
  if (parts.includes('plan')) yield await measurePlanFile(options.actions);
  if (parts.includes('memory')) yield await measureManyBlobs(options.blobs);
  if (!parts.includes('survey')) return;
  if (requires('docker-registry')) yield* measureSurveys(options);
  else
    process.stderr.write(
      'SKIPPED: survey: docker-registry is not installed (Debian: apt-get install docker-registry)\n',
    );
}

async function* measureSurveys(size: Size): AsyncGenerator<Section> {
  const filled = await startFilledRegistry();
  try {
    yield* measureGrowing(filled, size);
  } finally {
    await filled.server.kill(); // it has nothing to save, and takes its time
  }
}

async function* measureGrowing(filled: FilledRegistry, size: Size): AsyncGenerator<Section> {
  const samples = [];
  for (const tags of [...new Set([...size.sizes, size.rateTags])].sort((a, b) => a - b)) {
    await filled.growTo(tags);
    if (size.sizes.includes(tags)) samples.push(await measureSize(filled, size.wrkSeconds));
    if (tags !== size.rateTags) continue;
    yield await measureRates(filled, { rounds: size.rounds, wrkSeconds: size.wrkSeconds, maxMs: MAX_RATES_MS });
    yield await measureOtherTools(filled, 40, 4);
  }
  yield growthSection(samples);
}
