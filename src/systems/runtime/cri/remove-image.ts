import type { CriClient } from './cri-client.ts';
import { type CriContainer, type CriContainerStatus, type CriImageStatus, volumeImages } from './messages.ts';

/**
 * Runtimes refuse nothing, and cannot be asked to remove only what is not in use. So the containers are listed once more afterwards: where one was
 * made of the image in just that moment, the image is pulled again, with its names. That container itself runs on, since its files are its own.
 *
 * @param pull - by name
 */
export async function removeImage(
  cri: CriClient,
  id: string,
  pull: (reference: string, signal: AbortSignal) => Promise<string>,
  signal: AbortSignal,
): Promise<'removed' | 'in-use'> {
  const image = (await cri.images.call<CriImageStatus>('ImageStatus', { image: { image: id } }, signal))?.image;
  await cri.images.call('RemoveImage', { image: { image: id } }, signal);
  if (image === null || image === undefined) return 'removed';
  const names = new Set([image.id, image.id.replace(/^sha256:/, ''), ...image.repo_tags, ...image.repo_digests]);
  const listed = await cri.listContainers(signal);
  const used = await Promise.all(listed.map(async (one) => [...namesIn(one), ...(await volumesOf(cri, one, signal))]));
  if (!used.flat().some((name) => names.has(name))) return 'removed';
  // By digest first: a tag may have moved.
  for (const name of [...image.repo_digests, ...image.repo_tags]) await pull(name, signal);
  return 'in-use';
}

function namesIn({ image_id, image_ref, image }: CriContainer): readonly string[] {
  return [image_id, image_ref, image?.image ?? ''];
}

async function volumesOf(cri: CriClient, { id }: CriContainer, signal: AbortSignal): Promise<readonly string[]> {
  return volumeImages(await cri.runtime.call<CriContainerStatus>('ContainerStatus', { container_id: id }, signal));
}
