import type { Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { sha256Hex } from '../../util/pure/hash.ts';

/** What takes a tag's place for the moment before it is deleted. */
export interface OverwritingManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** The empty blob that stands for a config and a layer. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor */
export const EMPTY_BLOB: Uint8Array = new TextEncoder().encode('{}');

/**
 * A manifest that no tag but this one can have: pushed over the tag, it can be deleted by digest without taking another along.
 *
 * @param unique - what no other call will give, e.g. the run and the number of the action
 */
export function overwritingManifest(repository: string, tag: string, unique: string): OverwritingManifest {
  const empty = { mediaType: mediaTypes.ociEmpty, digest: `sha256:${sha256Hex(EMPTY_BLOB)}`, size: EMPTY_BLOB.length };
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: 'application/vnd.winnow.deleted-tag',
    config: empty,
    layers: [empty],
    annotations: { 'winnow.deleted-tag': `${repository}:${tag}`, 'winnow.unique': unique },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { mediaType: mediaTypes.ociManifest, bytes, digest: `sha256:${sha256Hex(bytes)}` };
}
