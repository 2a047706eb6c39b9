import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './measure/fresh-process.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { assertCanDropPageCache } from './measure/page-cache.ts';
import { type Section, sectionText } from './measure/section.ts';
import { measureDryRuns } from './store/dry-runs.ts';
import { measureHiding } from './store/hiding.ts';
import { readStoreOptions, type StoreOptions, usage } from './store/options.ts';
import { measureTenMillion } from './store/ten-million.ts';
import { madeStore } from './store/write-store.ts';

/** Measures the dry run of the collector of blobs, beside the registry's own and a walk in C, and the hiding of blobs beside renames in C. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readStoreOptions(args);
  if (options === undefined) {
    process.stdout.write(usage);
    return;
  }
  if (options.cold) assertCanDropPageCache();
  const machine = describeMachine();
  process.stdout.write(
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}\n`,
  );
  process.stdout.write(`load ${machine.load} before anything was started\n\n`);
  if (options.only.some((part) => part !== 'hide')) buildWinnow();

  const sections: Section[] = [];
  for await (const section of measureAll(options)) {
    process.stdout.write(`${sectionText(section)}\n`);
    sections.push(section);
  }
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, JSON.stringify({ machine, loadAfter: loadNow(), sections }, undefined, 2));
}

function buildWinnow(): void {
  execFileSync(process.execPath, [join(repositoryRoot(), 'scripts/build.mjs')], { stdio: 'inherit' });
}

async function* measureAll(options: StoreOptions): AsyncGenerator<Section> {
  for (const blobs of options.blobs) {
    for (const mode of ['keep', 'delete-untagged'] as const)
      if (options.only.includes(mode)) yield await measureDryRuns(madeStore(options.stores, blobs), mode, options);
    if (options.only.includes('hide')) yield await measureHiding(blobs, options);
  }
  if (options.tenMillion) yield await measureTenMillion();
}
