import { isRepository } from '../../oci/reference.ts';
import { Refusal } from './refusal.ts';

/** A place of the API, as a path names it. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints */
export type Route =
  | { readonly at: 'base' }
  | { readonly at: 'catalog' }
  | { readonly at: 'tags'; readonly repository: string }
  | { readonly at: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly at: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly at: 'uploads'; readonly repository: string }
  | { readonly at: 'upload'; readonly repository: string; readonly uuid: string }
  | { readonly at: 'referrers'; readonly repository: string; readonly digest: string };

const UPLOADS = /^\/v2\/(.+)\/blobs\/uploads\/?$/;
const UPLOAD = /^\/v2\/(.+)\/blobs\/uploads\/([A-Za-z0-9-]+)$/;
const TAGS = /^\/v2\/(.+)\/tags\/list$/;
const NAMED = /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/;

/**
 * Reads a path. Repository names may hold the API's own words (`team/blobs/app`), so the last match counts.
 *
 * @returns `undefined` where the API has no such place.
 * @throws Refusal NAME_INVALID
 */
export function readRoute(path: string): Route | undefined {
  if (path === '/v2/' || path === '/v2') return { at: 'base' };
  if (path === '/v2/_catalog') return { at: 'catalog' };
  const tags = TAGS.exec(path);
  if (tags !== null) return { at: 'tags', repository: repositoryOf(tags) };
  const uploads = UPLOADS.exec(path);
  if (uploads !== null) return { at: 'uploads', repository: repositoryOf(uploads) };
  const upload = UPLOAD.exec(path);
  if (upload !== null) return { at: 'upload', repository: repositoryOf(upload), uuid: upload[2] ?? '' };
  const named = NAMED.exec(path);
  if (named === null) return undefined;
  const repository = repositoryOf(named);
  const name = named[3] ?? '';
  if (named[2] === 'manifests') return { at: 'manifest', repository, reference: name };
  return { at: named[2] === 'blobs' ? 'blob' : 'referrers', repository, digest: name };
}

/** Nothing but a valid name ever becomes part of a file's path. */
function repositoryOf(match: RegExpExecArray): string {
  const name = match[1] ?? '';
  if (!isRepository(name))
    throw new Refusal(400, { code: 'NAME_INVALID', message: 'invalid repository name', detail: { name } });
  return name;
}
