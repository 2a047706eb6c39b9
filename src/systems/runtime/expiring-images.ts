import type { RuntimeAddress } from './address.ts';
import { imageRecords } from './grpc/containerd-listing.ts';
import { openContainerdServices } from './grpc/containerd-services.ts';

/** Of an image record, read by containerd 2.0 and newer: from then on it goes with the next collection, though pods use it. */
const EXPIRES = 'containerd.io/gc.expire';

export interface ExpiringImage {
  /** As its record is called. */
  readonly name: string;
  /** UTC milliseconds. */
  readonly atMs: number;
}

/** The kubelet's images that somebody has given an end, the earliest first. @param address - whose socket is containerd's */
export async function expiringImages(
  { socket }: Pick<RuntimeAddress, 'socket'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly ExpiringImage[]> {
  const services = openContainerdServices(socket, 'k8s.io', timeoutMs);
  try {
    const records = await imageRecords(services, signal);
    return records
      .map(({ name, labels }) => ({ name, atMs: Date.parse(labels[EXPIRES] ?? '') }))
      .filter(({ atMs }) => !Number.isNaN(atMs))
      .sort((a, b) => a.atMs - b.atMs);
  } finally {
    services.close();
  }
}
