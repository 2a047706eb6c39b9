import type { Resource } from '../../../evidence/resource.ts';
import {
  layerLinkPath,
  repositoriesPath,
  revisionLinkPath,
  tagIndexLinkPath,
} from '../../../oci/distribution-layout.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { StoreOutcome } from '../contract.ts';
import type { Listed } from './bucket.ts';
import { ROOT } from './keys.ts';
import { listAll } from './list-all.ts';
import { noSuchName, type Removable, removableOf } from './names.ts';
import type { BucketPlace } from './place.ts';
import { readTagTable } from './tag-table.ts';

/** What a journal keeps of something that goes: JSON. Keys are relative to `repositories/`. */
interface Saved {
  readonly objects: readonly { readonly key: string; readonly base64: string }[];
}

/** What goes into a journal: links and traces. Above it is data that a client was sending. */
const MAX_SAVED_BYTES = 65_536;

const always = new AbortController().signal;

/** @see Store.save */
export async function saveResource(place: BucketPlace, resource: Resource): Promise<Saved | undefined> {
  const target = removableOf(place, resource);
  const objects: { key: string; base64: string }[] = [];
  const base = baseOf(target);
  for (const key of await keysOf(place, target)) {
    const bytes = await readIfSmall(place, key);
    if (bytes === 'large') return undefined;
    if (bytes !== undefined)
      objects.push({ key: key.slice(base.length), base64: Buffer.from(bytes).toString('base64') });
  }
  return objects.length === 0 ? undefined : { objects };
}

/** What is there stays; the other parts come back. @see Store.putBack */
export async function putBackResource(place: BucketPlace, resource: Resource, saved: unknown): Promise<StoreOutcome> {
  const base = baseOf(removableOf(place, resource));
  let outcome: StoreOutcome = 'done';
  for (const { key, base64 } of requireSaved(saved).objects) {
    if (key.split('/').includes('..')) throw noSuchName('putting back', key, 'an object');
    const bytes = Buffer.from(base64, 'base64');
    const there = await readIfSmall(place, base + key);
    if (there === undefined) await place.bucket.write(base + key, bytes);
    else if (there === 'large' || !bytes.equals(there)) outcome = 'changed';
  }
  return outcome;
}

async function keysOf(place: BucketPlace, target: Removable): Promise<readonly string[]> {
  switch (target.kind) {
    case 'upload':
      return [];
    case 'layer-link':
      return [layerLinkPath(ROOT, target.repository, target.digest)];
    case 'tag-history-link':
      return [tagIndexLinkPath(ROOT, target.repository, target.tag, target.digest)];
    case 'manifest': {
      const { history } = await readTagTable(place, target.repository, always);
      return [revisionLinkPath(ROOT, target.repository, target.digest), ...(history.get(target.digest) ?? [])];
    }
    case 'repository':
      return traces(place, baseOf(target));
    case 'temporary-file':
      return target.uploadId === undefined ? [target.key] : [];
  }
}

/** What everything of a target lies below. */
function baseOf(target: Removable): string {
  if (target.kind === 'temporary-file') return target.key.slice(0, target.key.lastIndexOf('/') + 1);
  return `${repositoriesPath(ROOT)}/${target.repository}/`;
}

async function traces(place: BucketPlace, folder: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const take = (objects: readonly Listed[]): void => {
    for (const { key } of objects) if (key.endsWith('/') && key.slice(folder.length).startsWith('_')) keys.push(key);
  };
  await listAll({ bucket: place.bucket, readers: place.readers, take }, folder, always);
  return keys;
}

async function readIfSmall({ bucket }: BucketPlace, key: string): Promise<Uint8Array | 'large' | undefined> {
  try {
    return await bucket.read(key, MAX_SAVED_BYTES, always);
  } catch (thrown) {
    if (thrown instanceof CodedError && thrown.code === 'STORE_TOO_LARGE') return 'large';
    throw thrown;
  }
}

function requireSaved(saved: unknown): Saved {
  const { objects } = (saved ?? {}) as Record<string, unknown>;
  if (Array.isArray(objects) && objects.every(isSavedObject)) return { objects };
  throw noSuchName('putting back', JSON.stringify(saved) ?? 'nothing', 'anything that was saved');
}

function isSavedObject(value: unknown): value is Saved['objects'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { key, base64 } = value as Record<string, unknown>;
  return typeof key === 'string' && typeof base64 === 'string';
}
