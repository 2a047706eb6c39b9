import { randomUUID } from 'node:crypto';
import type { ContainerdServices, ContentInfo } from './containerd-services.ts';
import { isLayerLabel } from './layer-labels.ts';

const HOUR_MS = 3_600_000;

/** A lease that is made and deleted at once: its deletion is the one verb that collects, and waits until that is done. */
export async function forceCollection(
  { channel }: ContainerdServices,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const id = `winnow-collect-${randomUUID()}`;
  // Should we die before the deletion, the lease ends by itself.
  const labels = { 'containerd.io/gc.expire': new Date(nowMs + HOUR_MS).toISOString() };
  await channel.leases.call('Create', { id, labels }, signal);
  await channel.leases.call('Delete', { id, sync: true }, signal);
}

/** Takes from manifests the labels that keep their packed layers. What is kept by nothing else goes at the next collection. */
export async function releaseContent(
  { channel }: ContainerdServices,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Set(digests);
  const found: ContentInfo[] = [];
  for await (const { info } of channel.content.stream<{ info: readonly ContentInfo[] }>('List', {}, signal))
    found.push(...info.filter(({ digest }) => wanted.has(digest)));
  for (const info of found) {
    const paths = Object.keys(info.labels)
      .filter(isLayerLabel)
      .map((label) => `labels.${label}`);
    if (paths.length > 0)
      await channel.content.call('Update', { info: { digest: info.digest }, update_mask: { paths } }, signal);
  }
}
