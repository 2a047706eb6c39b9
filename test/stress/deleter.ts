import { setTimeout as after } from 'node:timers/promises';
import { anyOf, pause } from './chance.ts';
import { missingParts } from './puller.ts';
import type { LiveImage, Workload } from './workload.ts';

/** Images of a repository that are left alone. */
const STAY = 4;

/**
 * Deletes manifests by digest, the oldest first, tagged or not. Each is pulled once more before it goes: what was broken in the middle of
 * the run is not to be forgotten at its end.
 */
export async function deleteOnAndOn(workload: Workload, patienceMs: number, signal: AbortSignal): Promise<void> {
  const { live } = workload;
  while (!signal.aborted) {
    await pause(100);
    const repository = anyOf(workload.repositories);
    const images = [...(live.get(repository)?.values() ?? [])];
    const [oldest] = images.sort((a, b) => a.pushedAtMs - b.pushedAtMs);
    if (oldest === undefined || images.length <= STAY) continue;
    await seeWhole(workload, repository, oldest, patienceMs);
    await deleteImage(workload, repository, oldest);
  }
}

async function deleteImage(workload: Workload, repository: string, one: LiveImage): Promise<void> {
  const { client, live, tally } = workload;
  const { digest } = one.image.manifest;
  await workload.inTurn(repository, async () => {
    if (!isLive(workload, repository, one)) return; // another one was faster, or it was pushed anew
    live.get(repository)?.delete(digest);
    const path = `/v2/${repository}/manifests/${digest}`;
    const { status } = await client.ask('DELETE', path);
    if (status !== 202) tally.broken.push(`${path}: ${status} when it was to be deleted`);
    tally.deletes += 1;
  });
}

/**
 * Pulls until nothing is missing, and notes what stays missing.
 *
 * @param patienceMs - what is taken away for a moment has to be back before long
 */
export async function seeWhole(
  workload: Workload,
  repository: string,
  one: LiveImage,
  patienceMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const missing = await missingParts(workload.client, repository, one.image);
    if (missing.length === 0 || !isLive(workload, repository, one)) return;
    if (Date.now() > deadlineMs) {
      workload.tally.broken.push(...missing);
      return;
    }
    await after(200);
  }
}

function isLive({ live }: Workload, repository: string, one: LiveImage): boolean {
  return live.get(repository)?.get(one.image.manifest.digest) === one;
}
