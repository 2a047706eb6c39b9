import { digestOf } from '../support/push-image.ts';
import { anyOf, pause } from './chance.ts';
import type { Client } from './client.ts';
import { type Content, type Image, MANIFEST, partsOf } from './image.ts';
import type { Workload } from './workload.ts';

/** Pulls whole images, whichever there are. */
export async function pullOnAndOn(workload: Workload, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(100);
    const repository = anyOf(workload.repositories);
    const there = [...(workload.live.get(repository)?.values() ?? [])];
    if (there.length === 0) continue;
    const { image, pushedAtMs } = anyOf(there);
    const missing = await missingParts(workload.client, repository, image);
    const now = workload.live.get(repository)?.get(image.manifest.digest);
    if (now?.pushedAtMs !== pushedAtMs) continue; // deleted, or pushed anew, while it was pulled
    if (missing.length === 0) workload.tally.pulls += 1;
    else workload.tally.failedPulls += 1;
  }
}

/** What of an image can't be pulled, byte for byte, and what was answered. */
export async function missingParts(client: Client, repository: string, image: Image): Promise<readonly string[]> {
  const missing: string[] = [];
  const see = async (kind: 'manifests' | 'blobs', { digest }: Content) => {
    const path = `/v2/${repository}/${kind}/${digest}`;
    const { status, body } = await client.ask('GET', path, undefined, { accept: MANIFEST });
    if (status !== 200) missing.push(`${path}: ${status}`);
    else if (body === undefined) missing.push(`${path}: it breaks off`);
    else if (digestOf(body) !== digest) missing.push(`${path}: other bytes`);
  };
  await see('manifests', image.manifest);
  for (const part of partsOf(image)) await see('blobs', part);
  return missing;
}
