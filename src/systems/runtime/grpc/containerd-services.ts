import { type Channel, openChannel } from './channel.ts';
import { type ContainerdService, containerdProtos } from './containerd-proto.ts';

/** containerd's own services in one of its namespaces. */
export interface ContainerdServices {
  readonly namespace: string;
  readonly channel: Readonly<Record<ContainerdService, Channel>>;
  close(): void;
}

const serviceNames: Readonly<Record<ContainerdService, string>> = {
  content: 'Content',
  images: 'Images',
  leases: 'Leases',
  snapshots: 'Snapshots',
  containers: 'Containers',
  namespaces: 'Namespaces',
  introspection: 'Introspection',
  transfer: 'Transfer',
  version: 'Version',
};

export function openContainerdServices(socket: string, namespace: string, timeoutMs: number): ContainerdServices {
  const channel = Object.fromEntries(
    (Object.keys(containerdProtos) as ContainerdService[]).map((name) => [
      name,
      openChannel({
        socket,
        proto: containerdProtos[name],
        service: `containerd.services.${name}.v1.${serviceNames[name]}`,
        timeoutMs,
        metadata: { 'containerd-namespace': namespace },
      }),
    ]),
  ) as Record<ContainerdService, Channel>;
  return {
    namespace,
    channel,
    close: () => {
      for (const one of Object.values(channel)) one.close();
    },
  };
}

/** Seconds and nanoseconds as protobuf has them. */
export interface ProtoTime {
  readonly seconds: string;
  readonly nanos: number;
}

/** → UTC milliseconds; what was never set is unknown. */
export function msOf(time: ProtoTime | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined;
  const ms = Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6);
  return ms > 0 ? ms : undefined;
}

export interface ContentInfo {
  readonly digest: string;
  readonly size: string;
  readonly created_at: ProtoTime | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageRecord {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: { readonly media_type: string; readonly digest: string; readonly size: string } | null;
  readonly created_at: ProtoTime | null;
  readonly updated_at: ProtoTime | null;
}

export interface LeaseRecord {
  readonly id: string;
  readonly created_at: ProtoTime | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SnapshotInfo {
  readonly name: string;
  readonly parent: string;
  /** 1: a view · 2: active · 3: committed, as the layers of images are. */
  readonly kind: number;
}

export interface ContainerRecord {
  readonly id: string;
  readonly image: string;
  readonly snapshotter: string;
  readonly snapshot_key: string;
}
