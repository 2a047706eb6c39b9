import { streamIn } from '../../evidence/stream-item.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { Action } from '../../plan/action.ts';
import type { ImageApi } from '../../systems/cluster/contract.ts';
import type { IntegratedRegistry } from '../../systems/integrated-registry/contract.ts';
import { createTurns } from '../registry/turns.ts';
import type { Removed, Restored } from '../undo.ts';
import { readSaved, type SavedImage, type SavedItem, type SavedLayerLink, type SavedManifestLink } from './saved.ts';
import { historiesOf, identityOf, positionIn, withItem } from './stream-history.ts';
import { namesOf } from './stream-items-doer.ts';

const ATTEMPTS = 5;
const BASE_MS = 10;

export interface RestoreImagesInput {
  readonly api: ImageApi;
  /** Absent: the run changed API objects only. */
  readonly registry?: IntegratedRegistry;
  /** Other repositories that have a blob, by the image API. */
  readonly repositoriesWith: (digest: Digest, signal: AbortSignal) => Promise<readonly string[]>;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Brings back one thing that a run took from OpenShift: an Image object, a link, an item of a history. Data that is gone is told by name. */
export function restoreImages(input: RestoreImagesInput) {
  const turns = createTurns();
  return async ({ action, saved }: Removed, signal: AbortSignal): Promise<Restored> => {
    switch (action.do) {
      case 'delete-image':
        return await restoreImage(input, action, readSaved<SavedImage>(saved), signal);
      case 'delete-stream-item':
        return await turns.alone(action.target.scope, () =>
          restoreItem(input, action, readSaved<SavedItem>(saved), signal),
        );
      case 'delete-layer-link':
        return await restoreLayerLink(input, action, readSaved<SavedLayerLink>(saved), signal);
      case 'delete-manifest-link':
        return await restoreManifestLink(input, action, readSaved<SavedManifestLink>(saved), signal);
      default:
        return { result: 'impossible', why: `the data of ${action.target.key} was deleted from the registry for good` };
    }
  };
}

async function restoreImage(
  { api }: RestoreImagesInput,
  { target }: Action,
  { image }: SavedImage,
  signal: AbortSignal,
): Promise<Restored> {
  if (image === undefined) return { result: 'impossible', why: `nothing was saved of the image ${target.key}` };
  return { result: (await api.createImage(image, signal)) === 'created' ? 'restored' : 'already-there' };
}

/** Items of one stream come back one after the other; whoever else writes the stream goes first. */
async function restoreItem(
  { api, wait }: RestoreImagesInput,
  { target }: Action,
  { placed }: SavedItem,
  signal: AbortSignal,
): Promise<Restored> {
  if (placed === undefined) return { result: 'already-there' }; // there was nothing to remove
  const { namespace, name } = namesOf(target.scope);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await wait(BASE_MS * 2 ** (attempt - 2), signal);
    const stream = await api.stream(namespace, name, signal);
    if (stream === undefined) return { result: 'impossible', why: `the image stream ${namespace}/${name} is gone` };
    if (positionIn(historiesOf(stream), identityOf(placed)) !== undefined) return { result: 'already-there' };
    const answer = await api.updateStreamStatus(withItem(stream, placed), signal);
    if (answer === 'updated') return { result: 'restored' };
  }
  return { result: 'failed', why: `image stream ${namespace}/${name} was changed by others at each attempt` };
}

async function restoreLayerLink(
  { registry, repositoriesWith }: RestoreImagesInput,
  { target }: Action,
  { bytesBase64 }: SavedLayerLink,
  signal: AbortSignal,
): Promise<Restored> {
  if (registry === undefined) return noRegistry;
  const repository = streamIn(target.scope);
  const digest = target.key as Digest;
  if ((await registry.blobSize(repository, digest, signal)) !== undefined) return { result: 'already-there' };
  for (const from of await repositoriesWith(digest, signal))
    if (from !== repository && (await registry.mountBlob(repository, digest, from, signal)) === 'mounted')
      return { result: 'restored' };
  if (bytesBase64 === undefined)
    return { result: 'impossible', why: `no other repository has the blob ${digest} to give it to ${repository}` };
  await registry.putBlob(repository, digest, Buffer.from(bytesBase64, 'base64'), signal);
  return { result: 'restored' };
}

async function restoreManifestLink(
  { registry }: RestoreImagesInput,
  { target }: Action,
  { mediaType, bytesBase64 }: SavedManifestLink,
  signal: AbortSignal,
): Promise<Restored> {
  if (registry === undefined) return noRegistry;
  const repository = streamIn(target.scope);
  const digest = target.key as Digest;
  if ((await registry.manifest(repository, digest, signal)) !== undefined) return { result: 'already-there' };
  if (mediaType === undefined || bytesBase64 === undefined) return { result: 'already-there' }; // there was none to remove
  const bytes = Buffer.from(bytesBase64, 'base64');
  const missing = await missingBlobs(registry, repository, parseManifest(bytes, mediaType), signal);
  if (missing.length > 0)
    return { result: 'impossible', why: `the registry no longer has ${missing.join(', ')}, which ${digest} needs` };
  await registry.putManifest(repository, digest, { mediaType, bytes }, signal);
  return { result: 'restored' };
}

async function missingBlobs(
  registry: IntegratedRegistry,
  repository: string,
  { references }: ReturnType<typeof parseManifest>,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const missing: Digest[] = [];
  for (const { as, to, foreign } of references) {
    if (foreign || (as !== 'config' && as !== 'layer')) continue;
    if ((await registry.blobSize(repository, to.digest, signal)) === undefined) missing.push(to.digest);
  }
  return [...new Set(missing)];
}

const noRegistry: Restored = {
  result: 'failed',
  why: 'the integrated registry was not opened: name it with --registry-url',
};
