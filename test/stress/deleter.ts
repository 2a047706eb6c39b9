import { setTimeout as after } from 'node:timers/promises';
import { missingParts } from './puller.ts';
import { anyOf, type LiveImage, pause, type Workload } from './workload.ts';

/** Images of a repository that are left alone. */
const STAY = 4;
/** What a collector takes back for a moment, it has to give back before long. */
const PATIENCE_MS = 15_000;

/**
 * Deletes manifests by digest, the oldest first, tagged or not. Each is pulled once more before it goes: what was broken in the middle of
 * the run is not to be forgotten at its end.
 */
export async function deleteOnAndOn(workload: Workload, signal: AbortSignal): Promise<void> {
  const { client, live, tally } = workload;
  while (!signal.aborted) {
    await pause(100);
    const repository = anyOf(workload.repositories);
    const images = live.get(repository) ?? new Map<string, LiveImage>();
    const [oldest] = [...images.values()].sort((a, b) => a.pushedAtMs - b.pushedAtMs);
    if (oldest === undefined || images.size <= STAY) continue;
    await seeWhole(workload, repository, oldest);
    await workload.inTurn(repository, async () => {
      const { digest } = oldest.image.manifest;
      images.delete(digest);
      const { status } = await client.ask('DELETE', `/v2/${repository}/manifests/${digest}`);
      if (status !== 202) throw new Error(`deleting ${repository}@${digest}: ${status}`);
      tally.deletes += 1;
    });
  }
}

/** Pulls until nothing is missing, and notes what stays missing. */
export async function seeWhole(
  { client, tally }: Pick<Workload, 'client' | 'tally'>,
  repository: string,
  { image }: LiveImage,
): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const missing = await missingParts(client, repository, image);
    if (missing.length === 0) return;
    if (Date.now() > deadlineMs) {
      tally.broken.push(...missing);
      return;
    }
    await after(200);
  }
}
