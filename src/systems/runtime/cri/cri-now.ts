import type { ContainerNow, ImageNow } from '../contract.ts';
import { imageRecords } from '../grpc/containerd-listing.ts';
import { type ContainerdServices, msOf } from '../grpc/containerd-services.ts';
import type { CriClient } from './cri-client.ts';
import { type ImageNames, imageNames, imagesOf } from './image-names.ts';
import { type CriContainer, type CriContainerStatus, type CriImageStatus, volumeImages } from './messages.ts';

/** All containers as they are at this moment, with all images that they use. */
export async function containersNow(cri: CriClient, signal: AbortSignal): Promise<readonly ContainerNow[]> {
  const names = imageNames(await cri.listImages(signal));
  const listed = await cri.listContainers(signal);
  return await Promise.all(listed.map(async (one) => await containerNow(cri, one, names, signal)));
}

async function containerNow(
  cri: CriClient,
  one: CriContainer,
  names: ImageNames,
  signal: AbortSignal,
): Promise<ContainerNow> {
  const reply = await cri.runtime.call<CriContainerStatus>('ContainerStatus', { container_id: one.id }, signal);
  const state = one.state.replace('CONTAINER_', '').toLowerCase() as ContainerNow['state'];
  const pod = `${one.labels['io.kubernetes.pod.namespace'] ?? '?'}/${one.labels['io.kubernetes.pod.name'] ?? '?'}`;
  return {
    ...{ id: one.id, state, sandbox: one.pod_sandbox_id },
    images: [...new Set([...imagesOf(one, names), ...volumeImages(reply).flatMap(names.find)])],
    words: `${pod} ${one.metadata?.name ?? ''} (${state})`,
  };
}

/** An image as it is at this moment; undefined when it is gone. */
export async function imageNow(
  cri: CriClient,
  containerd: ContainerdServices | undefined,
  id: string,
  signal: AbortSignal,
): Promise<ImageNow | undefined> {
  const reply = await cri.images.call<CriImageStatus>('ImageStatus', { image: { image: id } }, signal);
  const image = reply?.image;
  if (image === null || image === undefined) return undefined;
  const pulledAtMs = await lastPull(containerd, [image.id, ...image.repo_tags, ...image.repo_digests], signal);
  return {
    ...{ id: image.id, pinned: image.pinned, digests: image.repo_digests, tags: image.repo_tags },
    ...(pulledAtMs === undefined ? {} : { pulledAtMs }),
  };
}

async function lastPull(
  containerd: ContainerdServices | undefined,
  names: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (containerd === undefined) return undefined;
  const records = await imageRecords(containerd, signal);
  const times = records.filter(({ name }) => names.includes(name)).map(({ updated_at }) => msOf(updated_at) ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}
