import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../util/pure/system-failure.ts';

/*
 * What the service keeps below the state directory, besides the embedded history. Folders are 0700 and files 0600.
 *
 *   <state directory>/service/
 *   ├── runs/<run id>/           while a run is planned or applied: plan.jsonl, out.json, inventory.jsonl, evidence.ndjson,
 *   │                            notifications/ where replicas share what registries told
 *   ├── place                    the name of this state directory
 *   └── evidence/
 *       ├── <target>-<hash>.ndjson   of the last run of `prune` about a registry
 *       └── <target>-<hash>.json     whose it was: {"schedule": …, "target": …}
 */

/** Of one run. */
export interface RunFiles {
  readonly folder: string;
  readonly plan: string;
  /** What the process printed. */
  readonly out: string;
  readonly inventory: string;
  readonly evidence: string;
}

/** Makes the folder of a run, and empties it. */
export async function openRunFiles(stateDir: string, runId: string): Promise<RunFiles> {
  const folder = join(runsFolder(stateDir), runId);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    plan: join(folder, 'plan.jsonl'),
    out: join(folder, 'out.json'),
    inventory: join(folder, 'inventory.jsonl'),
    evidence: join(folder, 'evidence.ndjson'),
  };
}

export async function removeRunFiles(stateDir: string, runId: string): Promise<void> {
  await rm(join(runsFolder(stateDir), runId), { recursive: true, force: true });
}

/** Runs that have files here. */
export async function runsWithFiles(stateDir: string): Promise<readonly string[]> {
  return await namesIn(runsFolder(stateDir));
}

/** Keeps the evidence of a run in the place of the last about the same target. */
export async function keepEvidence(stateDir: string, from: string, target: string, schedule: string): Promise<void> {
  await mkdir(evidenceFolder(stateDir), { recursive: true, mode: 0o700 });
  const path = evidencePath(stateDir, target);
  await writeFile(`${path}.json`, JSON.stringify({ target, schedule }), { mode: 0o600 });
  await rename(from, `${path}.ndjson`);
}

/** Of the last run about a target, and whose it was. @returns undefined where there is none */
export async function evidenceOf(
  stateDir: string,
  target: string,
): Promise<{ readonly path: string; readonly schedule: string | undefined } | undefined> {
  const path = evidencePath(stateDir, target);
  if ((await modifiedAtMs(`${path}.ndjson`)) === undefined) return undefined;
  const about = await unlessAbsent(readFile(`${path}.json`, 'utf8'));
  const { schedule } = JSON.parse(about ?? '{}') as { readonly schedule?: string };
  return { path: `${path}.ndjson`, schedule };
}

/** @returns how many files went */
export async function forgetEvidence(stateDir: string, beforeMs: number): Promise<number> {
  let gone = 0;
  for (const name of await namesIn(evidenceFolder(stateDir))) {
    const path = join(evidenceFolder(stateDir), name);
    const atMs = await modifiedAtMs(path);
    if (atMs === undefined || atMs >= beforeMs) continue;
    await rm(path, { force: true });
    gone += 1;
  }
  return gone;
}

const runsFolder = (stateDir: string) => join(stateDir, 'service', 'runs');
const evidenceFolder = (stateDir: string) => join(stateDir, 'service', 'evidence');

/** Without its end. */
function evidencePath(stateDir: string, target: string): string {
  const readable = target.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 16);
  return join(evidenceFolder(stateDir), `${readable}-${hash}`);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await unlessAbsent(readdir(folder))) ?? [];
}

async function modifiedAtMs(path: string): Promise<number | undefined> {
  return (await unlessAbsent(stat(path)))?.mtimeMs;
}

async function unlessAbsent<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
