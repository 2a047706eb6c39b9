import type {
  ContainerdServices,
  ContainerRecord,
  ContentInfo,
  ImageRecord,
  LeaseRecord,
  SnapshotInfo,
} from './containerd-services.ts';

/** Image records, which tell when each name was pulled and at what it points. */
export async function imageRecords(
  { channel }: ContainerdServices,
  signal: AbortSignal,
): Promise<readonly ImageRecord[]> {
  return (await channel.images.ask<{ images: readonly ImageRecord[] }>('List', {}, signal)).images;
}

export async function* allContent({ channel }: ContainerdServices, signal: AbortSignal): AsyncGenerator<ContentInfo> {
  for await (const { info } of channel.content.stream<{ info: readonly ContentInfo[] }>('List', {}, signal))
    yield* info;
}

export async function* allSnapshots(
  { channel }: ContainerdServices,
  snapshotter: string,
  signal: AbortSignal,
): AsyncGenerator<SnapshotInfo> {
  const parts = channel.snapshots.stream<{ info: readonly SnapshotInfo[] }>('List', { snapshotter }, signal);
  for await (const { info } of parts) yield* info;
}

/** Bytes that a snapshot takes by itself; undefined when it is gone. */
export async function snapshotBytes(
  { channel }: ContainerdServices,
  snapshotter: string,
  key: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const usage = await channel.snapshots.call<{ size: string }>('Usage', { snapshotter, key }, signal);
  return usage === undefined ? undefined : Number(usage.size);
}

export async function leaseRecords(
  { channel }: ContainerdServices,
  signal: AbortSignal,
): Promise<readonly LeaseRecord[]> {
  return (await channel.leases.ask<{ leases: readonly LeaseRecord[] }>('List', {}, signal)).leases;
}

/** What a lease holds: `type` is `content`, `snapshots/overlayfs`, `ingests` or `images`. */
export async function leaseResources(
  { channel }: ContainerdServices,
  id: string,
  signal: AbortSignal,
): Promise<readonly { readonly id: string; readonly type: string }[]> {
  const reply = await channel.leases.call<{ resources: readonly { id: string; type: string }[] }>(
    'ListResources',
    { id },
    signal,
  );
  return reply?.resources ?? [];
}

export async function containerRecords(
  { channel }: ContainerdServices,
  signal: AbortSignal,
): Promise<readonly ContainerRecord[]> {
  const reply = await channel.containers.ask<{ containers: readonly ContainerRecord[] }>('List', {}, signal);
  return reply.containers;
}

/** The snapshotters that work here: others are built in, and found no file system or kernel for them. */
export async function snapshotters({ channel }: ContainerdServices, signal: AbortSignal): Promise<readonly string[]> {
  const reply = await channel.introspection.ask<{ plugins: readonly { id: string; init_err: object | null }[] }>(
    'Plugins',
    { filters: ['type==io.containerd.snapshotter.v1'] },
    signal,
  );
  return reply.plugins.filter(({ init_err }) => init_err === null).map(({ id }) => id);
}

export async function namespaces({ channel }: ContainerdServices, signal: AbortSignal): Promise<readonly string[]> {
  const reply = await channel.namespaces.ask<{ namespaces: readonly { name: string }[] }>('List', {}, signal);
  return reply.namespaces.map(({ name }) => name);
}
