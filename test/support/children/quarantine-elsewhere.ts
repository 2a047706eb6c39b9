import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freshMarks } from '../../../src/flows/fresh-mark.ts';
import { diskTiming, hiddenFiles, openDisk, planDisk, registryFiles, runOnDisk, smallWorld } from '../disk-store.ts';
import { applyToStore, storeRig } from '../store-rig.ts';
import { buildStore } from '../store-world/index.ts';

/*
 * node quarantine-elsewhere.mjs <folder> <when> <what to mount>…: unlinks on a store in the folder, mounts something over its quarantine
 * before the next plan or after it, hides, unmounts, goes on to the end, and prints what came of it. Runs in a mount namespace of its own.
 */
const [folder = '', when = '', ...what] = process.argv.slice(2);
const built = buildStore(folder, smallWorld);
const quarantine = join(folder, '.winnow', 'quarantine');
const rig = storeRig(await openDisk(folder));
await runOnDisk(rig, 1, 1);
mkdirSync(quarantine, { recursive: true });
const before = registryFiles({ built });

const came = await hide().catch(({ code, message }) => ({ code, message }));
const [after, copies] = [registryFiles({ built }), hiddenFiles({ built }).filter((path) => !path.endsWith('/when'))];
execFileSync('umount', [quarantine]);

const later = await runOnDisk(rig, 3, 2);
const repaired = {
  undone: later.flatMap((report) => report.undone),
  gone: ['base', 'code', 'other', 'first', 'second'].filter((name) => !existsSync(built.data(name))),
};
process.stdout.write(JSON.stringify({ came, before, after, copies, repaired }));

async function hide(): Promise<unknown> {
  if (when === 'before the plan') mount();
  const plan = await planDisk(rig.store, 'run-2');
  if (when === 'after the plan') mount();
  const options = { freshMarks: freshMarks(rig.store, {}, Date.now), nowMs: Date.now, timing: diskTiming };
  return (await applyToStore(rig, plan, options)).undone.map(({ outcome }) => outcome);
}

function mount(): void {
  execFileSync('mount', [...what, quarantine]);
}
