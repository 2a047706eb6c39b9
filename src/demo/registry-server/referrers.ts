import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { json } from './answer.ts';
import { readDigest } from './blobs.ts';
import type { Handler, InRepository } from './exchange.ts';
import { listRevisions, readManifest, storedRevision } from './manifest-store.ts';

interface ReferrersPlace extends InRepository {
  readonly digest: string;
}

/** Which manifests name which subject. */
export interface ReferrerIndex {
  /** A repository's manifests with this subject, in order of their digests. */
  referrersOf(root: string, repository: string, subject: Digest): Promise<readonly Descriptor[]>;
}

/**
 * `GET /v2/<name>/referrers/<digest>?artifactType=`: an index of what names the digest as its subject, empty where nothing does.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export const getReferrers: Handler<ReferrersPlace> = async ({ root, referrerIndex }, place, { query }) => {
  const all = await referrerIndex.referrersOf(root, place.repository, readDigest(place.digest));
  const wanted = query.get('artifactType');
  const chosen = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  const manifests = chosen.map(({ sizeBytes, ...rest }) => ({ ...rest, size: sizeBytes }));
  return json(
    200,
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests },
    {
      'Content-Type': mediaTypes.ociIndex,
      ...(wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
    },
  );
};

interface Referrer {
  readonly subject: Digest;
  readonly descriptor: Descriptor;
}

/** Revisions are listed anew each time, for they come and go; what one of them says never changes, so it is read once. */
export function createReferrerIndex(): ReferrerIndex {
  const read = new Map<Digest, Referrer | undefined>();
  return {
    async referrersOf(root, repository, subject) {
      const found: Descriptor[] = [];
      for (const digest of [...(await listRevisions(root, repository))].sort()) {
        if (!read.has(digest)) {
          const manifest = await readManifest(root, repository, digest);
          if (manifest === undefined) continue;
          read.set(digest, readReferrer(digest, manifest.bytes));
        }
        const referrer = read.get(digest);
        if (referrer?.subject !== subject || (await storedRevision(root, repository, digest)) === undefined) continue;
        found.push(referrer.descriptor);
      }
      return found;
    },
  };
}

function readReferrer(digest: Digest, bytes: Uint8Array): Referrer | undefined {
  const { references, mediaType, annotations, artifactType } = parseManifest(bytes, '');
  const subject = references.find(({ as }) => as === 'subject')?.to.digest;
  if (subject === undefined) return undefined;
  const type = artifactType ?? references.find(({ as }) => as === 'config')?.to.mediaType;
  return {
    subject,
    descriptor: {
      mediaType,
      digest,
      sizeBytes: bytes.byteLength,
      ...(type === undefined ? {} : { artifactType: type }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
