import { createHash } from 'node:crypto';
import { algorithmOf, type Digest, isDigest } from '../../oci/digest.ts';
import { isTag } from '../../oci/reference.ts';
import { mustDelete } from './blobs.ts';
import type { Exchange, Handler, InRepository } from './exchange.ts';
import { checkManifest } from './manifest-check.ts';
import {
  etagOf,
  mediaTypeOf,
  readManifest,
  removeRevision,
  removeTag,
  storedRevision,
  tagDigest,
  writeManifest,
} from './manifest-store.ts';
import { Refusal } from './refusal.ts';

interface ManifestPlace extends InRepository {
  /** A tag or a digest. */
  readonly reference: string;
}

/** Distribution's limit. */
const MOST_BYTES = 4 * 1024 * 1024;

/** `GET` and `HEAD /v2/<name>/manifests/<reference>`. `Accept` is not looked at: nothing is converted or held back. */
export const getManifest: Handler<ManifestPlace> = async ({ root }, { repository, reference }, { request }) => {
  const digest = isDigest(reference)
    ? reference
    : isTag(reference)
      ? await tagDigest(root, repository, reference)
      : undefined;
  const found = digest === undefined ? undefined : await readManifest(root, repository, digest);
  if (digest === undefined || found === undefined) throw manifestUnknown(repository, reference);
  const headers = { 'Docker-Content-Digest': digest, ETag: etagOf(found.digest) };
  if (request.headers['if-none-match'] === headers.ETag) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'Content-Type': mediaTypeOf(found.bytes) }, body: found.bytes };
};

/** `PUT`: what the manifest names must be there first; a subject need not. */
export const putManifest: Handler<ManifestPlace> = async (registry, { repository, reference }, { request }) => {
  const { root, abilities } = registry;
  const tag = isDigest(reference) ? undefined : reference;
  if (tag !== undefined && !isTag(tag))
    throw new Refusal(400, {
      code: 'TAG_INVALID',
      message: 'manifest tag did not match URI',
      detail: reference.slice(0, 200),
    });
  const bytes = await readBody(request);
  const digest = digestOf(bytes, 'sha256');
  const named = isDigest(reference) ? reference : digest;
  if (digestOf(bytes, algorithmOf(named)) !== named)
    throw new Refusal(400, {
      code: 'DIGEST_INVALID',
      message: 'provided digest did not match uploaded content',
      detail: { provided: named },
    });
  const subject = await checkManifest(root, repository, bytes, request.headers['content-type'] ?? '');
  await writeManifest(root, repository, { digest, alias: named, tag, bytes });
  return {
    status: 201,
    headers: {
      Location: `/v2/${repository}/manifests/${named}`,
      'Docker-Content-Digest': named,
      ...(subject !== undefined && abilities.referrers ? { 'OCI-Subject': subject } : {}),
    },
  };
};

/** `DELETE` by digest takes every tag of that digest along. By tag it is Distribution 3's: the tag alone; or 2.8's: refused. */
export const deleteManifest: Handler<ManifestPlace> = async (registry, { repository, reference }) => {
  mustDelete(registry);
  const { root, abilities } = registry;
  if (isDigest(reference)) {
    const digest = await storedRevision(root, repository, reference);
    if (digest === undefined) throw manifestUnknown(repository, reference);
    await removeRevision(root, repository, digest);
    return { status: 202 };
  }
  if (!abilities.deleteByTag)
    throw new Refusal(400, { code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' });
  if (!isTag(reference) || (await tagDigest(root, repository, reference)) === undefined)
    throw manifestUnknown(repository, reference);
  await removeTag(root, repository, reference);
  return { status: 202 };
};

async function readBody(request: Exchange['request']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Without destroying the request at the end, which would take the answer's connection along.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += (chunk as Uint8Array).byteLength;
    if (sizeBytes > MOST_BYTES)
      throw new Refusal(413, { code: 'MANIFEST_INVALID', message: `manifest is larger than ${MOST_BYTES} bytes` });
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

function manifestUnknown(repository: string, reference: string): Refusal {
  const detail = { name: repository, reference: reference.slice(0, 200) };
  return new Refusal(404, { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail });
}
