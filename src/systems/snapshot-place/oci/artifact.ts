import { type Digest, isDigest } from '../../../oci/digest.ts';
import { mediaTypes } from '../../../oci/media-type.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import type { SnapshotLabel } from '../contract.ts';

/*
 * A snapshot in a registry is an image manifest that is no image:
 *
 *   mediaType     application/vnd.oci.image.manifest.v1+json
 *   artifactType  application/vnd.winnow.snapshot.v1
 *   config        the empty one, application/vnd.oci.empty.v1+json: {}
 *   layers[0]     application/vnd.winnow.snapshot.v1+gzip: the lines, with gzip
 *   annotations   org.opencontainers.image.created, vnd.winnow.snapshot.cluster
 *
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
 */

export const ARTIFACT_TYPE = 'application/vnd.winnow.snapshot.v1';
const LAYER_TYPE = `${ARTIFACT_TYPE}+gzip`;

/** The content of the empty config. */
export const emptyConfig: Uint8Array = Buffer.from('{}');

/** @param layer - the lines, with gzip */
export function artifactManifest(layer: Uint8Array, label: SnapshotLabel): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: ARTIFACT_TYPE,
      config: descriptorOf(mediaTypes.ociEmpty, emptyConfig),
      layers: [descriptorOf(LAYER_TYPE, layer)],
      annotations: {
        'org.opencontainers.image.created': new Date(label.takenAtMs).toISOString(),
        'vnd.winnow.snapshot.cluster': label.cluster,
      },
    }),
  );
}

/** Where the lines are. Undefined: the manifest is of something else. */
export function layerIn(manifest: Uint8Array): Digest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(manifest).toString('utf8'));
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
  const { artifactType, layers } = (value ?? {}) as { readonly artifactType?: unknown; readonly layers?: unknown };
  const [layer, ...more] = (Array.isArray(layers) ? layers : []) as readonly {
    readonly mediaType?: unknown;
    readonly digest?: unknown;
  }[];
  const isSnapshot = artifactType === ARTIFACT_TYPE && layer?.mediaType === LAYER_TYPE && more.length === 0;
  return isSnapshot && isDigest(layer.digest) ? layer.digest : undefined;
}

function descriptorOf(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: `sha256:${sha256Hex(bytes)}`, size: bytes.length };
}
