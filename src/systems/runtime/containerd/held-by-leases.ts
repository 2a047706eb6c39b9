import { allContent, allSnapshots, leaseRecords, leaseResources, snapshotters } from '../grpc/containerd-listing.ts';
import type { ContainerdServices, ImageRecord } from '../grpc/containerd-services.ts';

const TO_CONTENT = 'containerd.io/gc.ref.content';
const TO_SNAPSHOT = 'containerd.io/gc.ref.snapshot.';
/** Of a snapshot that nobody works in: a builder's leases hold such, and no image by it. */
const COMMITTED = 3;

/**
 * The records of images that leases have in use: a snapshot that a lease holds, and somebody works in, was made upon that of the image. CRI
 * mounts the images of volumes so (containerd 2.1 and newer), under a lease that is named like the sandbox; no container tells of them.
 *
 * @returns by id of the lease, those that hold any
 */
export async function imagesHeldByLeases(
  services: ContainerdServices,
  records: readonly ImageRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ImageRecord[]>> {
  const held = new Map<string, readonly string[]>();
  for (const { id } of await leaseRecords(services, signal)) {
    const snapshots = (await leaseResources(services, id, signal)).filter(({ type }) => type.startsWith('snapshots/'));
    if (snapshots.length > 0)
      held.set(
        id,
        snapshots.map((one) => `${one.type.slice('snapshots/'.length)}/${one.id}`),
      );
  }
  if (held.size === 0) return new Map();

  const parents = new Map<string, string>();
  for (const snapshotter of await snapshotters(services, signal))
    for await (const { name, parent, kind } of allSnapshots(services, snapshotter, signal))
      if (kind !== COMMITTED) parents.set(`${snapshotter}/${name}`, `${snapshotter}/${parent}`);
  const unpacked = await recordsBySnapshot(services, records, signal);
  return new Map(
    [...held].map(([id, snapshots]) => [id, snapshots.flatMap((one) => unpacked.get(parents.get(one) ?? '') ?? [])]),
  );
}

/** By the snapshot of an image's topmost layer, `snapshotter/key`: config → snapshot, below manifests and indexes. */
async function recordsBySnapshot(
  services: ContainerdServices,
  records: readonly ImageRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ImageRecord[]>> {
  const below = new Map<string, readonly string[]>();
  const snapshots = new Map<string, readonly string[]>();
  for await (const { digest, labels } of allContent(services, signal)) {
    const all = Object.entries(labels);
    below.set(
      digest,
      all.filter(([label]) => label.startsWith(TO_CONTENT)).map(([, value]) => value),
    );
    snapshots.set(
      digest,
      all
        .filter(([label]) => label.startsWith(TO_SNAPSHOT))
        .map(([label, value]) => `${label.slice(TO_SNAPSHOT.length).split('/')[0]}/${value}`),
    );
  }
  const found = new Map<string, ImageRecord[]>();
  for (const record of records) {
    const seen = new Set([record.target?.digest ?? '']);
    for (const digest of seen) {
      for (const one of below.get(digest) ?? []) seen.add(one);
      for (const snapshot of snapshots.get(digest) ?? []) found.set(snapshot, [...(found.get(snapshot) ?? []), record]);
    }
  }
  return found;
}
