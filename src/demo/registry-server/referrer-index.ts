import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { listRevisions, readManifest, storedRevision } from './manifest-store.ts';

/** Which manifests name which subject. */
export interface ReferrerIndex {
  /** A repository's manifests with this subject, in order of their digests. */
  referrersOf(root: string, repository: string, subject: Digest): Promise<readonly Descriptor[]>;
}

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
