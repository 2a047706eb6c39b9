import { mediaTypes } from '../../oci/media-type.ts';
import { sha256Hex } from '../../util/pure/hash.ts';

export const emptyConfig: Uint8Array = new TextEncoder().encode('{}');

/** A manifest of nothing, unlike any other: pushed over a tag so that the tag can be deleted by that digest alone. */
export function tinyManifest(unique: string): {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly digest: `sha256:${string}`;
} {
  const config = {
    mediaType: mediaTypes.ociEmpty,
    digest: `sha256:${sha256Hex(emptyConfig)}`,
    size: emptyConfig.length,
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [],
    annotations: { 'dev.winnow.untag': unique },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return { mediaType: mediaTypes.ociManifest, bytes, digest: `sha256:${sha256Hex(bytes)}` };
}
