import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { storageOwners } from '../../oci/storage-owners.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import type { FolderAddress } from './address.ts';
import { type StoreErrorCode, storeErrors } from './errors.ts';

/*
 * What tells one product's storage from another's, in the folder that is named (`DIR`):
 *
 *   Distribution          DIR/docker/registry/v2/{blobs,repositories}
 *   GitLab with database  the same, and DIR/docker/registry/lockfiles/database-in-use
 *   Harbor                the same, and beside DIR, or above it, folders of Harbor's own: secret, and job_logs, database or redis.
 *                         Where DIR is mounted by itself (Kubernetes) nothing tells it from Distribution.
 *   Trow up to 0.6        DIR/{blobs,manifests,scratch}
 *   Trow from 0.7 on      DIR/trow.db, DIR/{blobs,uploads}
 *   zot                   DIR/<repository>/{oci-layout,index.json}, DIR/cache.db
 *   Quay                  DIR/registry/sha256/<hh>/<hex>
 *   an image              DIR/{oci-layout,index.json}
 *
 * https://docs.gitlab.com/administration/packages/container_registry_metadata_database_troubleshooting/
 */

/** What lies in a folder. `other`: a product whose files must not be changed from outside; `advice`: what to use instead. */
export type Recognised =
  | { readonly is: FolderAddress['kind']; readonly root: string }
  | { readonly is: 'other'; readonly product: string; readonly because: string; readonly advice: string }
  | { readonly is: 'unknown'; readonly advice: string };

/**
 * The root of a store of the wanted kind, with symbolic links on the way to it resolved.
 *
 * @throws STORE_NOT_FOUND where there is no folder; STORE_NOT_THIS_KIND saying what there is, and what to use instead
 */
export async function requireKind({ kind, dir }: FolderAddress): Promise<string> {
  const found = await recogniseFolder(dir);
  if (found.is === kind) return found.root;
  const doing = `opening ${kind}:${dir}`;
  if (found.is === 'unknown') throw notThisKind(`${doing}: it is no storage of a registry that is known`, found.advice);
  if (found.is === 'other')
    throw notThisKind(`${doing}: it is the storage of ${found.product}, ${found.because}`, found.advice);
  throw notThisKind(`${doing}: what lies there is ${found.is}`, `Write ${found.is}:${dir}.`);
}

/** Looks what lies in a folder. Nothing is written. @throws STORE_NOT_FOUND, STORE_WALK_FAILED */
export async function recogniseFolder(dir: string): Promise<Recognised> {
  const root = await resolveFolder(dir);
  const names = new Map((await list(root)).map((entry) => [entry.name, entry]));
  const layoutRoot = await distributionRoot(root, names);
  if (layoutRoot !== undefined)
    return (await ownedDistribution(layoutRoot)) ?? { is: 'distribution-fs', root: layoutRoot };
  if (names.has('trow.db')) return trowWithDatabase;
  if (isFolder(names, 'blobs') && isFolder(names, 'manifests')) return { is: 'trow-files', root };
  if (names.has('oci-layout') && names.has('index.json')) return imageLayout;
  if (await isQuay(root, names)) return quay;
  if (await isZot(root, names)) return zot;
  return { is: 'unknown', advice: await nearby(root, names) };
}

async function resolveFolder(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if ((await lstat(root)).isDirectory()) return root;
    throw notFound(dir, 'it is no folder');
  } catch (failure) {
    if (failure instanceof CodedError) throw failure;
    throw notFound(dir, failureWords(failure));
  }
}

/** `DIR`, where DIR or the layout's own folder below it was named. */
async function distributionRoot(root: string, names: Names): Promise<string | undefined> {
  if (isFolder(names, 'docker') && (await isThere(join(root, 'docker/registry/v2')))) return root;
  const isLayout =
    root.endsWith('/docker/registry/v2') && (isFolder(names, 'blobs') || isFolder(names, 'repositories'));
  return isLayout ? dirname(dirname(dirname(root))) : undefined;
}

/** Distribution's layout, but with a product's own database above it. */
async function ownedDistribution(root: string): Promise<Recognised | undefined> {
  if (await isThere(join(root, 'docker/registry/lockfiles/database-in-use'))) return gitlab;
  if (basename(root) !== 'registry') return undefined;
  const beside = dirname(root);
  const [hasSecrets, ...signs] = await Promise.all(
    ['secret', 'job_logs', 'database', 'redis'].map((name) => isThere(join(beside, name))),
  );
  return hasSecrets && signs.includes(true) ? harbor : undefined;
}

async function isQuay(root: string, names: Names): Promise<boolean> {
  if (names.has('blobs')) return false;
  for (const folder of ['sha256', 'registry/sha256', 'datastorage/registry/sha256'])
    if ((await listIfThere(join(root, folder))).some(({ name }) => /^[0-9a-f]{2}$/.test(name))) return true;
  return false;
}

/** Repositories nest: so many levels are looked into, and so many folders. */
const ZOT_LEVELS = 4;
const ZOT_FOLDERS = 200;

async function isZot(root: string, names: Names): Promise<boolean> {
  const open = [...folders(names)].map((name) => ({ path: join(root, name), level: 1 }));
  for (let n = 0; n < Math.min(open.length, ZOT_FOLDERS); n += 1) {
    const { path, level } = open[n] as (typeof open)[number];
    const inside = new Map((await listIfThere(path)).map((entry) => [entry.name, entry]));
    if (inside.has('oci-layout') && inside.has('index.json')) return true;
    if (level < ZOT_LEVELS) for (const name of folders(inside)) open.push({ path: join(path, name), level: level + 1 });
  }
  return names.has('cache.db') && names.has('_trivy');
}

/** One level too high or too low is the common slip. */
async function nearby(root: string, names: Names): Promise<string> {
  for (const name of [...folders(names)].slice(0, ZOT_FOLDERS)) {
    const inside = join(root, name);
    if (await isThere(join(inside, 'docker/registry/v2'))) return `Did you mean distribution-fs:${inside}?`;
    if ((await isThere(join(inside, 'blobs'))) && (await isThere(join(inside, 'manifests'))))
      return `Did you mean trow-files:${inside}?`;
  }
  const above = root.indexOf('/docker/registry');
  if (above > 0) return `Did you mean distribution-fs:${root.slice(0, above)}?`;
  return storeErrors.STORE_NOT_FOUND.hint;
}

type Names = ReadonlyMap<string, Dirent>;

function isFolder(names: Names, name: string): boolean {
  return names.get(name)?.isDirectory() ?? false;
}

function* folders(names: Names): Generator<string> {
  for (const [name, entry] of names) if (entry.isDirectory()) yield name;
}

async function list(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (failure) {
    throw unreadable(folder, failure);
  }
}

async function listIfThere(folder: string): Promise<readonly Dirent[]> {
  return (await isThere(folder)) ? list(folder) : [];
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (failure) {
    if (['ENOENT', 'ENOTDIR'].includes((failure as NodeJS.ErrnoException).code ?? '')) return false;
    throw unreadable(path, failure);
  }
}

function unreadable(path: string, failure: unknown): CodedError<StoreErrorCode> {
  return new CodedError(
    'STORE_WALK_FAILED',
    `looking what kind of storage it is, at ${path}: ${failureWords(failure)}`,
    {
      hint: storeErrors.STORE_WALK_FAILED.hint,
      cause: failure,
    },
  );
}

function notFound(dir: string, why: string): CodedError<StoreErrorCode> {
  return new CodedError('STORE_NOT_FOUND', `opening the store in ${dir}: ${why}`, {
    hint: storeErrors.STORE_NOT_FOUND.hint,
  });
}

function notThisKind(message: string, hint: string): CodedError<StoreErrorCode> {
  return new CodedError('STORE_NOT_THIS_KIND', message, { hint });
}

const trowWithDatabase: Recognised = { is: 'other', ...storageOwners.trow };
const zot: Recognised = { is: 'other', ...storageOwners.zot };
const quay: Recognised = { is: 'other', ...storageOwners.quay };
const harbor: Recognised = { is: 'other', ...storageOwners.harbor };

const gitlab: Recognised = {
  is: 'other',
  ...storageOwners.gitlab,
  because: `${storageOwners.gitlab.because} (docker/registry/lockfiles/database-in-use says so)`,
  advice: `${storageOwners.gitlab.advice} Where the database is in use no longer, remove that file first.`,
};

const imageLayout: Recognised = {
  is: 'other',
  product: 'a single image (an OCI image layout)',
  because: 'and no registry’s',
  advice: storeErrors.STORE_NOT_FOUND.hint,
};
