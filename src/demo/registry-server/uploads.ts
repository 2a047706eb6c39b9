import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { algorithmOf, type Digest, isDigest } from '../../oci/digest.ts';
import { blobPath, formatStartedAt, layerLinkPath, uploadPath } from '../../oci/distribution-layout.ts';
import { isRepository } from '../../oci/reference.ts';
import type { Answer } from './answer.ts';
import { linkedBlob, readDigest } from './blobs.ts';
import type { Exchange, Handler, InRepository } from './exchange.ts';
import { ifAbsent, writeLink, writeWhole } from './link-file.ts';
import { Refusal } from './refusal.ts';

interface UploadPlace extends InRepository {
  readonly uuid: string;
}

/** `POST /v2/<name>/blobs/uploads/`: begins an upload, or does it all at once (`?digest=`), or takes a blob over (`?mount=&from=`). */
export const startUpload: Handler<InRepository> = async ({ root }, { repository }, { request, query }) => {
  const mounted = await mount(root, repository, query);
  if (mounted !== undefined) return created(repository, mounted);
  const uuid = randomUUID();
  const folder = uploadPath(root, repository, uuid);
  await writeWhole(join(folder, 'startedat'), formatStartedAt(new Date()));
  await writeWhole(join(folder, 'data'), '');
  const digest = query.get('digest');
  if (digest === null) return underWay(202, repository, uuid, 0);
  await append(join(folder, 'data'), request);
  return commit(root, { repository, uuid }, readDigest(digest));
};

/** `GET` and `HEAD` of an upload: how far it is. */
export const getUpload: Handler<UploadPlace> = async ({ root }, place) =>
  underWay(204, place.repository, place.uuid, await sizeOf(root, place));

/** `PATCH`: more bytes. With `Content-Range` they must begin where the upload ends. */
export const continueUpload: Handler<UploadPlace> = async ({ root }, place, { request }) => {
  await accept(root, place, request);
  return underWay(202, place.repository, place.uuid, await sizeOf(root, place));
};

/** `PUT ?digest=`: the last bytes, if any, and the check. */
export const finishUpload: Handler<UploadPlace> = async ({ root }, place, { request, query }) => {
  const digest = readDigest(query.get('digest') ?? '');
  await accept(root, place, request);
  return commit(root, place, digest);
};

/** `DELETE`: never mind. */
export const cancelUpload: Handler<UploadPlace> = async ({ root }, place) => {
  await sizeOf(root, place);
  await rm(uploadPath(root, place.repository, place.uuid), { recursive: true });
  return { status: 204 };
};

/** A mount that can't be done is no failure: it becomes a common upload. */
async function mount(root: string, repository: string, query: URLSearchParams): Promise<Digest | undefined> {
  const digest = query.get('mount');
  const from = query.get('from') ?? '';
  if (!isDigest(digest) || !isRepository(from)) return undefined;
  const stored = await linkedBlob(root, from, digest);
  if (stored === undefined) return undefined;
  await link(root, repository, stored, digest);
  return digest;
}

async function accept(root: string, place: UploadPlace, request: Exchange['request']): Promise<void> {
  const sizeBytes = await sizeOf(root, place);
  const range = /^(\d+)-\d+$/.exec(request.headers['content-range'] ?? '');
  if (range !== null && Number(range[1]) !== sizeBytes)
    throw new Refusal(
      416,
      { code: 'BLOB_UPLOAD_INVALID', message: 'the chunk does not begin where the upload ends', detail: { sizeBytes } },
      underWay(416, place.repository, place.uuid, sizeBytes).headers,
    );
  await append(join(uploadPath(root, place.repository, place.uuid), 'data'), request);
}

function append(path: string, request: Exchange['request']): Promise<void> {
  return pipeline(request, createWriteStream(path, { flags: 'a' }));
}

/** Moves the bytes to their place, unless they are there already; the link is written either way, as a trace of the push. */
async function commit(root: string, { repository, uuid }: UploadPlace, digest: Digest): Promise<Answer> {
  const folder = uploadPath(root, repository, uuid);
  const data = join(folder, 'data');
  const found = await digestOf(data, algorithmOf(digest));
  if (found !== digest) {
    await rm(folder, { recursive: true });
    const message = 'provided digest did not match uploaded content';
    throw new Refusal(400, { code: 'DIGEST_INVALID', message, detail: { provided: digest, found } });
  }
  const stored = algorithmOf(digest) === 'sha256' ? digest : await digestOf(data, 'sha256');
  const target = blobPath(root, stored);
  if ((await stat(target).catch(ifAbsent(undefined))) === undefined) {
    await mkdir(dirname(target), { recursive: true });
    await rename(data, target);
  }
  await link(root, repository, stored, digest);
  await rm(folder, { recursive: true });
  return created(repository, digest);
}

/** Under the digest that the bytes are stored by, and under the one that the client knows. */
async function link(root: string, repository: string, stored: Digest, named: Digest): Promise<void> {
  for (const digest of new Set([stored, named])) await writeLink(layerLinkPath(root, repository, digest), stored);
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha512'): Promise<Digest> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return `${algorithm}:${hash.digest('hex')}`;
}

async function sizeOf(root: string, { repository, uuid }: UploadPlace): Promise<number> {
  const found = await stat(join(uploadPath(root, repository, uuid), 'data')).catch(ifAbsent(undefined));
  if (found === undefined)
    throw new Refusal(404, {
      code: 'BLOB_UPLOAD_UNKNOWN',
      message: 'blob upload unknown to registry',
      detail: { uuid },
    });
  return found.size;
}

/** `Range` is of what has arrived, its end included; nothing at all is told as `0-0`, as Distribution does. */
function underWay(
  status: number,
  repository: string,
  uuid: string,
  sizeBytes: number,
): Answer & { headers: Record<string, string> } {
  return {
    status,
    headers: {
      Location: `/v2/${repository}/blobs/uploads/${uuid}`,
      Range: `0-${Math.max(0, sizeBytes - 1)}`,
      'Docker-Upload-UUID': uuid,
    },
  };
}

function created(repository: string, digest: Digest): Answer {
  return { status: 201, headers: { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest } };
}
