import { parseManifest } from './manifest.ts';

/**
 * Whether content could be a manifest that a registry once took: of any schema and any media type, also one that nobody here can read. In
 * doubt it is. A map with a schema version or layers of the old kind, or with a media type of its own, is none of the configs that images
 * have; an artifact's config may be taken for one.
 */
export function looksLikeManifest(bytes: Uint8Array): boolean {
  if (!OPENING.test(new TextDecoder().decode(bytes.subarray(0, BEGINNING)))) return false;
  const text = new TextDecoder().decode(bytes);
  if (TELLING.test(text)) return true;
  // A key may be written with escapes, or after more blanks than anybody writes.
  return parseManifest(bytes, '').kind !== 'opaque';
}

/** Enough to tell JSON from a layer, without decoding all of one. */
const BEGINNING = 1024;
const OPENING = /^\s*(\{|$)/;
const TELLING = /"(schemaVersion|mediaType|fsLayers)"\s*:/;
