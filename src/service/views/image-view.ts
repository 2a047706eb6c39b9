import { whatWouldChange } from '../../report/explain/what-would-change.ts';
import type { History, InventoryHeader, InventoryImage, InventoryTag } from '../../systems/history/contract.ts';
import { ServiceError } from '../errors.ts';
import { imageKey, type KeyParts, readKey, readReference } from './image-key.ts';
import { type Keeper, type Keepers, keepersOf } from './keepers.ts';
import { registryOf } from './storage-view.ts';
import { type WayStep, wayBack } from './way-back.ts';

const MOST_KEPT = 200;
const MOST_FOUND = 50;

/** Everything about one image in one repository. */
export interface ImageView {
  readonly header: InventoryHeader;
  readonly image: InventoryImage;
  readonly keepers: Keepers;
  /** Root first, the image last; the image alone where nothing keeps it. */
  readonly way: readonly WayStep[];
  /** Tags that point at it. */
  readonly tags: readonly Keeper[];
  /** Indexes that list it. */
  readonly parents: readonly Keeper[];
  /** Who runs it or names it, and records that own it. */
  readonly users: readonly Keeper[];
  /** What it keeps itself: images that it lists, referrers. */
  readonly keeps: readonly { readonly key: string; readonly parts: KeyParts; readonly as: string }[];
  /** Other repositories that have it. */
  readonly elsewhere: readonly InventoryImage[];
  /** What would have to change for the opposite verdict, without a full stop; undefined for reasons that are not known here. */
  readonly wouldChange: string | undefined;
}

/** @throws NO_INVENTORY for what no run has seen */
export async function imageViewOf(
  history: History,
  target: string,
  repository: string,
  digest: string,
): Promise<ImageView> {
  const header = await registryOf(history, target);
  const image = await history.inventoryImage(target, repository, digest);
  if (image === undefined) throw unseen(target, `${repository}@${digest}`);
  const key = imageKey(target, repository, digest);
  const [keepers, kept, everywhere] = await Promise.all([
    keepersOf(history, target, key),
    history.inventoryLinks(target, 'from', [key], MOST_KEPT),
    history.inventoryImagesOf(target, digest),
  ]);
  const way = wayBack(keepers);
  const direct = new Set(keepers.links.filter(({ to, from }) => to === key && from !== key).map(({ from }) => from));
  const near = keepers.keepers.filter((one) => direct.has(one.key));
  return {
    ...{ header, image, keepers, way },
    tags: near.filter(({ kind }) => kind === 'tag'),
    parents: near.filter(({ kind }) => kind === 'image'),
    users: keepers.keepers.filter(({ kind }) => kind === 'workload' || kind === 'record'),
    keeps: kept.filter(({ to }) => to !== key).map(({ to, as }) => ({ key: to, parts: readKey(target, to), as })),
    elsewhere: everywhere.filter((one) => one.repository !== repository),
    wouldChange: changeOf(image.reasonCode),
  };
}

/** What a search for a tag or digest found. */
export type Found =
  | { readonly exactly: { readonly repository: string; readonly digest: string } }
  | { readonly tags: readonly InventoryTag[]; readonly count: number };

/** Finds `team/app:v1`, `team/app@sha256:…`, a digest alone, or all tags that have a text in `repository:tag`. */
export async function findImages(history: History, target: string, text: string): Promise<Found> {
  const reference = readReference(text);
  if (reference?.kind === 'image') {
    const image = await history.inventoryImage(target, reference.repository, reference.digest);
    if (image !== undefined) return { exactly: image };
  }
  if (/^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/.test(text)) {
    const [image] = await history.inventoryImagesOf(target, text);
    if (image !== undefined) return { exactly: image };
  }
  if (reference?.kind === 'tag') {
    const { repository, tag } = reference;
    const found = await history.inventoryTag(target, repository, tag);
    if (found?.digest !== undefined) return { exactly: { repository, digest: found.digest } };
  }
  const { rows, tags } = await history.inventoryTags(target, { text, sort: 'name', limit: MOST_FOUND });
  return { tags: rows, count: tags };
}

export function unseen(target: string, what: string): ServiceError {
  return new ServiceError(
    'NO_INVENTORY',
    `looking for ${JSON.stringify(what.slice(0, 300))} in ${target}: no run has seen it`,
  );
}

/** Inventories of newer versions may have reasons that this one has no words for. */
function changeOf(reasonCode: string): string | undefined {
  const change: string | undefined = whatWouldChange(reasonCode as Parameters<typeof whatWouldChange>[0]);
  return change;
}
