import { type StorageOwner, storageOwners } from '../../../oci/storage-owners.ts';
import type { BucketReader } from './bucket.ts';

/*
 * What lies in a bucket below a prefix, where it is no Distribution's:
 *
 *   zot    <repository>/{oci-layout,index.json,blobs/…}, repositories nest
 *   Quay   [[datastorage/]registry/]sha256/<hh>/<hex>
 *
 * Harbor's, and GitLab's without the metadata database, look like Distribution's: Harbor's is told by its server alone.
 */

/** Where Quay's blobs begin, as far as the prefix does not name it. */
const QUAY_ROOTS = ['', 'registry/', 'datastorage/registry/'];

/** So many levels of a bucket are looked into for repositories of zot, and so many folders: a request each. */
const ZOT_LEVELS = 4;
const ZOT_FOLDERS = 30;
const ENTRIES = 100;

/** Whose storage it is, as its keys tell. @throws STORE_WALK_FAILED */
export async function storageOwner(bucket: BucketReader, signal: AbortSignal): Promise<StorageOwner | undefined> {
  if (await isQuay(bucket, signal)) return storageOwners.quay;
  return (await isZot(bucket, signal)) ? storageOwners.zot : undefined;
}

async function isQuay(bucket: BucketReader, signal: AbortSignal): Promise<boolean> {
  for (const root of QUAY_ROOTS) {
    const prefix = `${root}sha256/`;
    const { folders } = await bucket.list({ prefix, byFolder: true, maxKeys: ENTRIES }, signal);
    if (folders.some((folder) => /^[0-9a-f]{2}\/$/.test(folder.slice(prefix.length)))) return true;
  }
  return false;
}

async function isZot(bucket: BucketReader, signal: AbortSignal): Promise<boolean> {
  const open = [''];
  for (let n = 0; n < Math.min(open.length, ZOT_FOLDERS); n += 1) {
    const prefix = open[n] as string;
    const { objects, folders } = await bucket.list({ prefix, byFolder: true, maxKeys: ENTRIES }, signal);
    const has = (name: string) => objects.some(({ key }) => key === `${prefix}${name}`);
    if (prefix !== '' && has('oci-layout') && has('index.json')) return true;
    if (prefix.split('/').length <= ZOT_LEVELS) open.push(...folders);
  }
  return false;
}
