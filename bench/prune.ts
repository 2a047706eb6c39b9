import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './measure/fresh-process.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { type Section, sectionText } from './measure/section.ts';
import { measureDryRuns } from './prune/dry-runs.ts';
import { readPruneOptions, usage } from './prune/options.ts';

/** Measures the decision on OpenShift's images, from saved objects to the plan. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readPruneOptions(args);
  if (options === undefined) {
    process.stdout.write(usage);
    return;
  }
  const machine = describeMachine();
  const { cores, processor, memoryGiB, node, load } = machine;
  process.stdout.write(`${cores} cores (${processor}), ${memoryGiB} GiB, Node ${node}\n`);
  process.stdout.write(`load ${load} before anything was started\n\n`);
  execFileSync(process.execPath, [join(repositoryRoot(), 'scripts/build.mjs')], { stdio: 'inherit' });

  const sections: Section[] = [];
  for (const images of options.images) {
    const section = await measureDryRuns(images, options);
    process.stdout.write(`${sectionText(section)}\n`);
    sections.push(section);
  }
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, JSON.stringify({ machine, loadAfter: loadNow(), sections }, undefined, 2));
}
