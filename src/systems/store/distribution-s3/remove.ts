import type { Resource } from '../../../evidence/resource.ts';
import {
  currentLinkPath,
  layerLinkPath,
  repositoriesPath,
  revisionLinkPath,
  tagIndexLinkPath,
  uploadPath,
} from '../../../oci/distribution-layout.ts';
import type { StoreOutcome } from '../contract.ts';
import type { Listed, OpenUpload } from './bucket.ts';
import { dataKey, ROOT } from './keys.ts';
import { removeKey } from './layer-links.ts';
import { createLinkReader } from './links.ts';
import { listAll } from './list-all.ts';
import { type Removable, removableOf } from './names.ts';
import type { BucketPlace } from './place.ts';
import { readTagTable } from './tag-table.ts';

type Of<Kind extends Removable['kind']> = Extract<Removable, { readonly kind: Kind }>;

const always = new AbortController().signal;

/** Removes one of what only lies about, or a manifest; each is looked at once more. @see Store.remove */
export async function removeResource(
  place: BucketPlace,
  resource: Resource,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const target = removableOf(place, resource);
  switch (target.kind) {
    case 'upload':
      return removeUpload(place, `${uploadPath(ROOT, target.repository, target.uuid)}/`, notNewerThanMs);
    case 'layer-link':
      return removeIdleLayer(place, target as Of<'layer-link'>, notNewerThanMs);
    case 'tag-history-link':
      return removeHistory(place, target, notNewerThanMs);
    case 'manifest':
      return removeManifest(place, target as Of<'manifest'>, notNewerThanMs);
    case 'repository':
      return removeTraces(place, `${repositoriesPath(ROOT)}/${target.repository}/`, notNewerThanMs);
    case 'temporary-file':
      return target.uploadId === undefined
        ? removeKey(place, target.key, notNewerThanMs)
        : removePartial(place, target.key, target.uploadId, notNewerThanMs);
  }
}

/** Its objects, and what was sent of it in parts. One of them newer: it goes on. */
async function removeUpload(place: BucketPlace, folder: string, notNewerThanMs: number): Promise<StoreOutcome> {
  const { bucket } = place;
  const objects = await below(place, folder);
  const open: OpenUpload[] = [];
  for await (const upload of bucket.openUploads(folder, always)) {
    const parts = await bucket.uploadedParts(upload, always);
    if (parts === undefined) continue;
    if (parts.newestAtMs > notNewerThanMs) return 'changed';
    open.push(upload);
  }
  if (objects.some(({ atMs }) => atMs > notNewerThanMs)) return 'changed';
  if (objects.length + open.length === 0) return 'absent';
  for (const upload of open) await bucket.abortUpload(upload);
  await bucket.removeMany(objects.map(({ key }) => ({ key })));
  return 'done';
}

async function removePartial(
  { bucket }: BucketPlace,
  key: string,
  uploadId: string,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const upload = { key, uploadId, startedAtMs: 0 };
  for await (const open of bucket.openUploads(key, always)) {
    if (open.key !== key || open.uploadId !== uploadId) continue;
    const parts = await bucket.uploadedParts(open, always);
    if (parts === undefined) return 'absent';
    if (parts.newestAtMs > notNewerThanMs) return 'changed';
    await bucket.abortUpload(upload);
    return 'done';
  }
  return 'absent';
}

/** Only a link that says nothing, or names a blob without data. */
async function removeIdleLayer(
  place: BucketPlace,
  { repository, digest }: Of<'layer-link'>,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const { bucket } = place;
  const key = layerLinkPath(ROOT, repository, digest);
  const link = await bucket.look(key, always);
  if (link === undefined) return 'absent';
  const names = await createLinkReader(bucket).target({ key, ...link }, [digest], always);
  if (names === 'gone') return 'absent';
  if (names !== undefined && (await bucket.look(dataKey(names), always)) !== undefined) return 'changed';
  return removeKey(place, key, notNewerThanMs);
}

/** Only of a manifest that the repository has no more, and that the tag does not stand for. */
async function removeHistory(
  place: BucketPlace,
  { repository, tag, digest }: Of<'tag-history-link'>,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const { bucket } = place;
  const key = tagIndexLinkPath(ROOT, repository, tag, digest);
  if ((await bucket.look(key, always)) === undefined) return 'absent';
  if ((await bucket.look(revisionLinkPath(ROOT, repository, digest), always)) !== undefined) return 'changed';
  const currentKey = currentLinkPath(ROOT, repository, tag);
  const current = await bucket.look(currentKey, always);
  if (current !== undefined) {
    const stands = await createLinkReader(bucket).target({ key: currentKey, ...current }, [digest], always);
    // a link that says nothing: its history is all that tells what it stood for
    if (stands === undefined || stands === digest) return 'changed';
  }
  return removeKey(place, key, notNewerThanMs);
}

/**
 * The repository's link to a manifest that no tag stands for, then what tags remember of it: a history entry that leads nowhere
 * harms nobody. Data is not touched.
 */
async function removeManifest(
  place: BucketPlace,
  { repository, digest }: Of<'manifest'>,
  notNewerThanMs: number,
): Promise<StoreOutcome> {
  const tags = await readTagTable(place, repository, always);
  if (tags.opaque.size > 0 || [...tags.current.values()].includes(digest)) return 'changed';
  const outcome = await removeKey(place, revisionLinkPath(ROOT, repository, digest), notNewerThanMs);
  if (outcome !== 'changed')
    for (const key of tags.history.get(digest) ?? []) await removeKey(place, key, notNewerThanMs);
  return outcome;
}

/** Traces of folders, as long as there is nothing else. */
async function removeTraces(place: BucketPlace, folder: string, notNewerThanMs: number): Promise<StoreOutcome> {
  const objects = (await below(place, folder)).filter(({ key }) => key.slice(folder.length).startsWith('_'));
  if (objects.length === 0) return 'absent';
  if (objects.some(({ key, atMs }) => !key.endsWith('/') || atMs > notNewerThanMs)) return 'changed';
  await place.bucket.removeMany(objects.map(({ key }) => ({ key })));
  return 'done';
}

async function below(place: BucketPlace, folder: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  const take = (objects: readonly Listed[]) => void found.push(...objects);
  await listAll({ bucket: place.bucket, readers: place.readers, take }, folder, always);
  return found;
}
