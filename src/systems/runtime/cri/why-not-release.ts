import { allSnapshots, containerRecords, snapshotters } from '../grpc/containerd-listing.ts';
import type { ContainerdServices } from '../grpc/containerd-services.ts';
import type { CriClient } from './cri-client.ts';
import { type CriVerbose, verbose } from './messages.ts';

interface ContainerdConfig {
  readonly snapshotter?: string;
  readonly runtimes?: Readonly<Record<string, { readonly snapshotter?: string }>>;
}

/**
 * Letting go of packed layers is lasting damage where they are unpacked again: a pod of a runtime handler on another snapshotter can't be
 * made any more, and pulling does not heal it. Peer-to-peer mirrors serve from them.
 */
export async function whyNotRelease(
  cri: CriClient,
  containerd: ContainerdServices | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (containerd === undefined) return 'only containerd keeps packed layers beside unpacked ones';
  const reply = await cri.runtime.call<CriVerbose>('Status', { verbose: true }, signal);
  const config =
    reply === undefined ? undefined : (verbose(reply, 'config')?.['containerd'] as ContainerdConfig | undefined);
  const named = Object.values(config?.runtimes ?? {}).flatMap(({ snapshotter }) => (snapshotter ? [snapshotter] : []));
  const several = new Set([
    ...named,
    ...(config?.snapshotter ? [config.snapshotter] : []),
    ...(await inUse(containerd, signal)),
  ]);
  if (several.size > 1)
    return `images are unpacked by several snapshotters (${[...several].sort().join(', ')}): a pod on the other one could not be made any more, and pulling would not heal it`;
  const mirror = (await cri.listContainers(signal)).find(({ image }) => /spegel/.test(image?.image ?? ''));
  return mirror === undefined ? undefined : 'Spegel runs here, and serves other nodes from them';
}

async function inUse(containerd: ContainerdServices, signal: AbortSignal): Promise<readonly string[]> {
  const byContainers = (await containerRecords(containerd, signal)).map(({ snapshotter }) => snapshotter);
  const found = new Set(byContainers.filter((one) => one !== ''));
  for (const snapshotter of await snapshotters(containerd, signal))
    for await (const _ of allSnapshots(containerd, snapshotter, signal)) {
      found.add(snapshotter);
      break;
    }
  return [...found];
}
