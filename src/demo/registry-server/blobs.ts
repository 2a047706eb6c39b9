import { type FileHandle, open, rm } from 'node:fs/promises';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { blobPath, layerLinkPath } from '../../oci/distribution-layout.ts';
import type { Answer } from './answer.ts';
import type { Handler, InRepository, Registry } from './exchange.ts';
import { ifAbsent, readLink } from './link-file.ts';
import { Refusal } from './refusal.ts';

interface BlobPlace extends InRepository {
  readonly digest: string;
}

/** `GET` and `HEAD /v2/<name>/blobs/<digest>`, whole or one range of it. */
export const getBlob: Handler<BlobPlace> = async ({ root }, { repository, digest: named }, { request }) => {
  const digest = readDigest(named);
  const file = await openBlob(root, repository, digest);
  if (file === undefined) throw blobUnknown(digest);
  const sizeBytes = (await file.stat()).size;
  const headers = {
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'max-age=31536000',
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
  };
  const range = readRange(request.headers.range, sizeBytes);
  if (range === 'whole') return { status: 200, headers, body: { file, start: 0, sizeBytes } };
  if (range === 'none') {
    await file.close();
    return { status: 416, headers: { 'Content-Range': `bytes */${sizeBytes}` } };
  }
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${range.start}-${range.end}/${sizeBytes}` },
    body: { file, start: range.start, sizeBytes: range.end - range.start + 1 },
  } satisfies Answer;
};

/** `DELETE /v2/<name>/blobs/<digest>`: the repository may no longer use the blob. Its bytes stay, as in Distribution. */
export const deleteBlob: Handler<BlobPlace> = async (registry, { repository, digest: named }) => {
  mustDelete(registry);
  const { root } = registry;
  const digest = readDigest(named);
  const stored = await linkedBlob(root, repository, digest);
  if (stored === undefined) throw blobUnknown(digest);
  await rm(layerLinkPath(root, repository, digest));
  return { status: 202, headers: { 'Docker-Content-Digest': digest } };
};

/** The sha256 digest under which a repository's blob is stored. `undefined` where it has no link, or the bytes are gone. */
export async function linkedBlob(root: string, repository: string, digest: Digest): Promise<Digest | undefined> {
  const stored = await readLink(layerLinkPath(root, repository, digest));
  const file = stored === undefined ? undefined : await open(blobPath(root, stored)).catch(ifAbsent(undefined));
  await file?.close();
  return file === undefined ? undefined : stored;
}

/** Opened before it is measured: a collector that moves the file away meanwhile doesn't tear the answer. */
async function openBlob(root: string, repository: string, digest: Digest): Promise<FileHandle | undefined> {
  const stored = await readLink(layerLinkPath(root, repository, digest));
  return stored === undefined ? undefined : open(blobPath(root, stored)).catch(ifAbsent(undefined));
}

/** @throws Refusal DIGEST_INVALID */
export function readDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new Refusal(400, {
    code: 'DIGEST_INVALID',
    message: 'provided digest did not match uploaded content',
    detail: text.slice(0, 200),
  });
}

/** @throws Refusal UNSUPPORTED where deletion is off. */
export function mustDelete({ abilities }: Pick<Registry, 'abilities'>): void {
  if (!abilities.deleteEnabled)
    throw new Refusal(405, { code: 'UNSUPPORTED', message: 'The operation is unsupported.' });
}

function blobUnknown(digest: Digest): Refusal {
  return new Refusal(404, { code: 'BLOB_UNKNOWN', message: 'blob unknown to registry', detail: digest });
}

type Range = 'whole' | 'none' | { readonly start: number; readonly end: number };

/** One range of bytes. What is none, or several, is answered with the whole, as RFC 9110 allows. */
function readRange(header: string | undefined, sizeBytes: number): Range {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return 'whole';
  const [, from = '', to = ''] = match;
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return 'whole';
  return start > end ? 'none' : { start, end };
}
