import { type Digest, isDigest } from '../../../oci/digest.ts';
import { blobPath, repositoriesPath, storeRoot } from '../../../oci/distribution-layout.ts';

/*
 * Distribution's layout as keys of a bucket (src/oci/distribution-layout.ts draws it); all below what the registry calls its
 * `rootdirectory`. There are no folders: a key that ends with a slash is a trace that some tool left, and means nothing.
 */

/** Keys begin without a slash. */
export const ROOT = storeRoot('').slice(1);
export const BLOBS = `${ROOT}/blobs/`;
export const REPOSITORIES = `${repositoriesPath(ROOT)}/`;
/** GitLab's registry leaves it where its database says what exists. */
export const DATABASE_IN_USE = 'docker/registry/lockfiles/database-in-use';

export function dataKey(digest: Digest): string {
  return blobPath(ROOT, digest);
}

/** A link that is named by a digest. `digest` is `undefined` for an algorithm that is not known. */
interface ByDigest {
  readonly repository: string;
  readonly digest: Digest | undefined;
}

/** What a key below `repositories/` is. */
export type Thing =
  | ({ readonly is: 'layer-link' | 'revision-link' } & ByDigest)
  | ({ readonly is: 'history-link'; readonly tag: string } & ByDigest)
  /** Of an old manifest (schema 1): a blob that belongs to it. */
  | ({ readonly is: 'signature-link'; readonly manifest: Digest | undefined } & ByDigest)
  | { readonly is: 'current-link'; readonly repository: string; readonly tag: string }
  | { readonly is: 'upload-part'; readonly repository: string; readonly uuid: string }
  | { readonly is: 'temporary-file'; readonly repository: string }
  | { readonly is: 'trace'; readonly repository: string }
  | { readonly is: 'other'; readonly repository: string };

const TEMPORARY = /^(?:link|data|startedat)\.[0-9a-f-]{36}\.tmp$/;

/** `undefined`: it belongs to no repository. */
export function readKey(key: string): Thing | undefined {
  const path = key.slice(REPOSITORIES.length);
  const end = path.indexOf('/_');
  if (end <= 0 || path.startsWith('_')) return undefined;
  const repository = path.slice(0, end);
  const [part, ...rest] = path.slice(end + 1).split('/');
  const leaf = rest.at(-1) as string;
  if (key.endsWith('/')) return { is: 'trace', repository };
  if (TEMPORARY.test(leaf)) return { is: 'temporary-file', repository };
  if (part === '_uploads' && rest.length > 1) return { is: 'upload-part', repository, uuid: rest[0] as string };
  if (leaf === 'link') {
    if (part === '_layers') return { is: 'layer-link', repository, digest: digestIn(rest.slice(0, -1)) };
    if (part === '_manifests') return readManifestKey(repository, rest.slice(0, -1));
  }
  return { is: 'other', repository };
}

function readManifestKey(repository: string, path: readonly string[]): Thing {
  const [kind, tag, which] = path;
  const signatures = kind === 'revisions' ? path.indexOf('signatures') : -1;
  if (signatures > 0) {
    const [manifest, digest] = [digestIn(path.slice(1, signatures)), digestIn(path.slice(signatures + 1))];
    return { is: 'signature-link', repository, manifest, digest };
  }
  if (kind === 'revisions') return { is: 'revision-link', repository, digest: digestIn(path.slice(1)) };
  if (kind === 'tags' && tag !== undefined && which === 'current' && path.length === 3)
    return { is: 'current-link', repository, tag };
  if (kind === 'tags' && tag !== undefined && which === 'index')
    return { is: 'history-link', repository, tag, digest: digestIn(path.slice(3)) };
  return { is: 'other', repository };
}

/** Dots and pluses in an algorithm's name are slashes in a path. */
function digestIn(path: readonly string[]): Digest | undefined {
  const digest = `${path.slice(0, -1).join('/')}:${path.at(-1)}`;
  return isDigest(digest) ? digest : undefined;
}

const DATA_KEY = /^blobs\/sha256\/([0-9a-f]{2})\/([0-9a-f]{64})\/data$/;

/** The digest whose data lies at a key. */
export function digestOfData(key: string): Digest | undefined {
  const [, prefix, hex] = DATA_KEY.exec(key.slice(ROOT.length + 1)) ?? [];
  return prefix !== undefined && hex?.startsWith(prefix) ? `sha256:${hex}` : undefined;
}
