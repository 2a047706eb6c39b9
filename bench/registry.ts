import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { runEndings } from '../test/support/at-end.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { type Section, sectionText } from './measure/section.ts';
import { measureColdStart } from './registry/cold-start.ts';
import { startFilledRegistry } from './registry/filled-registry.ts';
import { growthSection, measureSize } from './registry/growth.ts';
import { measureManyBlobs } from './registry/many-blobs.ts';
import { measureOtherTools } from './registry/other-tools.ts';
import { measurePlanFile } from './registry/plan-file.ts';
import { measureRates } from './registry/rates.ts';
import type { SurveyReport } from './registry/survey-child.ts';

const usage = `npm run bench -- registry [OPTION…]
  --quick         small numbers: whether it works, not how fast it is
  --ten-million   also ten million blobs in memory
  --only PART     survey, start, plan or memory
  --out FILE      results as JSON; default bench-results/registry.json
`;

/** How much is measured. */
const FULL = { sizes: [1000, 5000, 20_000], rateTags: 2000, rounds: 3, wrkSeconds: 3, starts: 10, actions: 1_000_000 };
const QUICK = { sizes: [100, 200, 400], rateTags: 200, rounds: 1, wrkSeconds: 1, starts: 2, actions: 10_000 };

/** Surveys of a real docker-registry beside other clients, and what the rest of the way costs. Nothing is asserted about time. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      'ten-million': { type: 'boolean', default: false },
      only: { type: 'string' },
      out: { type: 'string', default: 'bench-results/registry.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const size = values.quick ? QUICK : FULL;
  const wants = (part: string) => values.only === undefined || values.only === part;
  const machine = describeMachine();
  const sections: Section[] = [];
  const add = (section: Section) => {
    sections.push(section);
    process.stdout.write(sectionText(section));
  };
  process.stdout.write(
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}\n`,
  );
  process.stdout.write(`load ${machine.load} before anything was started\n\n`);
  const began = performance.now();
  try {
    if (wants('start')) add(await measureColdStart(size.starts));
    if (wants('plan')) add(await measurePlanFile(size.actions));
    if (wants('memory')) add(await measureManyBlobs(values['ten-million'] ? [1_000_000, 10_000_000] : [size.actions]));
    if (wants('survey')) for await (const section of measureSurveys(size)) add(section);
  } finally {
    await runEndings();
  }
  const loadAfter = loadNow();
  process.stdout.write(`took ${((performance.now() - began) / 1000).toFixed(0)} s; load ${loadAfter} at the end\n`);
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ madeAt: new Date(), machine, loadAfter, sections }, null, 1)}\n`);
}

async function* measureSurveys(size: typeof FULL): AsyncGenerator<Section> {
  const filled = await startFilledRegistry();
  const [smallest = 0, ...larger] = size.sizes;
  await filled.growTo(smallest);
  const reports: SurveyReport[] = [await measureSize(filled)];

  await filled.growTo(size.rateTags);
  yield await measureRates(filled, { rounds: size.rounds, wrkSeconds: size.wrkSeconds, maxMs: 75_000 });
  yield await measureOtherTools(filled, 40, 4);

  for (const tags of larger) {
    await filled.growTo(tags);
    reports.push(await measureSize(filled));
  }
  yield growthSection(reports);
}
