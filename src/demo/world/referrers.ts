import type { Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { type Made, makeManifest, type Shelf, shelve, toBytes, written } from './image.ts';
import type { Random } from './random.ts';

/** What cosign pushes beside an image, under a tag that names the image's digest. */
export interface CosignTag {
  /** `sha256-<hex>.sig` or `.att`. */
  readonly tag: string;
  readonly manifest: Made;
}

const PAYLOADS = {
  sig: 'application/vnd.dev.cosign.simplesigning.v1+json',
  att: 'application/vnd.dsse.envelope.v1+json',
} as const;

/** @see https://github.com/sigstore/cosign/blob/v2.4.1/specs/SIGNATURE_SPEC.md */
export function makeCosignTag(shelf: Shelf, random: Random, signed: Made, as: keyof typeof PAYLOADS): CosignTag {
  const { digest } = signed.descriptor;
  const payload =
    as === 'sig'
      ? {
          critical: { image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature' },
          optional: null,
        }
      : {
          payloadType: 'application/vnd.in-toto+json',
          payload: Buffer.from(digest).toString('base64'),
          signatures: [],
        };
  const layer = shelve(shelf, toBytes(payload), PAYLOADS[as]);
  const config = shelve(
    shelf,
    toBytes({
      architecture: '',
      created: '0001-01-01T00:00:00Z',
      os: '',
      config: {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
    mediaTypes.ociConfig,
  );
  const signature = Buffer.from(random.bytes(70)).toString('base64');
  const annotations =
    as === 'sig'
      ? { 'dev.cosignproject.cosign/signature': signature }
      : { predicateType: 'https://slsa.dev/provenance/v1' };
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: written(config),
    layers: [written({ ...layer, annotations })],
  };
  return { tag: `${digest.replace(':', '-')}.${as}`, manifest: makeManifest(body, [config.digest, layer.digest]) };
}

/** An artifact that names its subject: an SBOM. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage */
export function makeSbom(shelf: Shelf, subject: Made, created: Date): Made {
  const artifactType = 'application/spdx+json';
  const empty = shelve(shelf, Buffer.from('{}'), mediaTypes.ociEmpty);
  const document = {
    spdxVersion: 'SPDX-2.3',
    name: subject.descriptor.digest,
    packages: [{ name: 'musl' }, { name: 'zlib' }],
  };
  const layer = shelve(shelf, toBytes(document), artifactType);
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: written(empty),
    layers: [written(layer)],
    subject: written({ ...pointer(subject) }),
    annotations: { 'org.opencontainers.image.created': created.toISOString() },
  };
  const made = makeManifest(body, [empty.digest, layer.digest]);
  return { ...made, descriptor: { ...made.descriptor, artifactType }, subject: subject.descriptor.digest };
}

/** The tag under which clients list referrers for registries without a Referrers API. */
export function fallbackTag(subject: Digest): string {
  return subject.replace(':', '-');
}

function pointer({ descriptor: { mediaType, digest, sizeBytes } }: Made) {
  return { mediaType, digest, sizeBytes };
}
