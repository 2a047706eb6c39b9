import { randomUUID } from 'node:crypto';
import { containerRecords, imageRecords } from '../grpc/containerd-listing.ts';
import type { ContainerdServices } from '../grpc/containerd-services.ts';
import { imagesHeldByLeases } from './held-by-leases.ts';
import { recordsOfImage } from './records-of-image.ts';

const HOUR_MS = 3_600_000;

/**
 * Removes one name of an image. containerd does not refuse; so a lease holds what the name stood for until the containers were listed once more:
 * where one has come, the name is put back, and nothing was lost. The lease's end has containerd collect.
 */
export async function removeRecord(
  services: ContainerdServices,
  name: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<'removed' | 'in-use'> {
  const { images, leases } = services.channel;
  const before = await imageRecords(services, signal);
  const record = before.find((one) => one.name === name);
  if (record === undefined) return 'removed';
  const id = `winnow-remove-${randomUUID()}`;
  // Should we die before the end, the lease ends by itself.
  const labels = { 'containerd.io/gc.expire': new Date(nowMs + HOUR_MS).toISOString() };
  await leases.call('Create', { id, labels }, signal);
  try {
    const held = { id: record.target?.digest ?? '', type: 'content' };
    await leases.call('AddResource', { id, resource: held }, signal);
    await images.call('Delete', { name, sync: false }, signal);
    const used = (await containerRecords(services, signal)).flatMap(({ image }) => recordsOfImage(before, image));
    const volumes = [...(await imagesHeldByLeases(services, before, signal)).values()].flat();
    if (![...used, ...volumes].includes(record)) return 'removed';
    await images.call('Create', { image: record }, signal);
    return 'in-use';
  } finally {
    await leases.call('Delete', { id, sync: true }, signal);
  }
}
