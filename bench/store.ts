import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './measure/fresh-process.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { type Section, sectionText } from './measure/section.ts';
import { measureDryRuns } from './store/dry-runs.ts';
import { readStoreOptions, type StoreOptions, usage } from './store/options.ts';
import { measureTenMillion } from './store/ten-million.ts';
import { madeStore } from './store/write-store.ts';

/** Measures the dry run of the collector of blobs, beside the registry's own and a walk in C. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readStoreOptions(args);
  if (options === undefined) {
    process.stdout.write(usage);
    return;
  }
  const machine = describeMachine();
  process.stdout.write(
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}\n`,
  );
  process.stdout.write(`load ${machine.load} before anything was started\n\n`);
  execFileSync(process.execPath, [join(repositoryRoot(), 'scripts/build.mjs')], { stdio: 'inherit' });

  const sections: Section[] = [];
  for await (const section of measureAll(options)) {
    process.stdout.write(`${sectionText(section)}\n`);
    sections.push(section);
  }
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, JSON.stringify({ machine, loadAfter: loadNow(), sections }, undefined, 2));
}

async function* measureAll(options: StoreOptions): AsyncGenerator<Section> {
  for (const blobs of options.blobs) {
    const store = madeStore(options.stores, blobs);
    yield await measureDryRuns(store, 'keep', options);
    yield await measureDryRuns(store, 'delete-untagged', options);
  }
  if (options.tenMillion) yield await measureTenMillion();
}
