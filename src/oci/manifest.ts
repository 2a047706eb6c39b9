import type { Descriptor } from './descriptor.ts';
import { type Digest, digestsIn, isDigest } from './digest.ts';
import { type ManifestKind, manifestKindOf, mediaTypes } from './media-type.ts';
import type { Platform } from './platform.ts';

/** How a manifest can name other content. `opaque`: a digest that stands somewhere in a manifest which we can't read. */
export type ReferenceKind = 'child' | 'config' | 'layer' | 'subject' | 'opaque';

export interface ManifestReference {
  readonly as: ReferenceKind;
  readonly to: Descriptor;
  /** The content lies elsewhere (`urls`, non-distributable): the registry need not have it. */
  readonly foreign: boolean;
}

/** A manifest as far as it concerns what it keeps. */
export interface Manifest {
  readonly kind: ManifestKind;
  readonly mediaType: string;
  readonly references: readonly ManifestReference[];
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Why it is opaque. */
  readonly opaqueBecause?: string;
}

/**
 * Reads a manifest. It never throws: what can't be read for sure is `opaque`, and names every digest found in its bytes.
 *
 * @param contentType - the server's media type without parameters, or '' when unknown; it must agree with the body's own.
 */
export function parseManifest(bytes: Uint8Array, contentType: string): Manifest {
  const text = new TextDecoder().decode(bytes);
  const body = parseObject(text);
  if (body === undefined) return opaque(text, contentType, 'it is not a JSON object');

  const stated = typeof body['mediaType'] === 'string' ? body['mediaType'] : '';
  const mediaType = stated || knownOrEmpty(contentType) || guess(body);
  if (stated !== '' && knownOrEmpty(contentType) !== '' && stated !== contentType)
    return opaque(text, contentType, `its Content-Type is ${contentType} but it says ${stated}`);
  if (body['schemaVersion'] !== 2) return opaque(text, contentType || mediaType, 'its schemaVersion is not 2');

  const kind = manifestKindOf(mediaType);
  if (kind === 'opaque')
    return opaque(text, contentType || mediaType, `the media type ${mediaType || '(none)'} is unknown`);
  if (kind === 'image' && 'manifests' in body) return opaque(text, mediaType, 'it has both layers and manifests');
  if (kind === 'index' && ('layers' in body || 'config' in body))
    return opaque(text, mediaType, 'it has both manifests and layers');
  const references = readReferences(kind, body);
  if (references === undefined) return opaque(text, mediaType, 'a descriptor in it is malformed');

  return {
    kind,
    mediaType,
    references,
    ...(typeof body['artifactType'] === 'string' ? { artifactType: body['artifactType'] } : {}),
    ...annotationsOf(body),
  };
}

type Json = Readonly<Record<string, unknown>>;

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function knownOrEmpty(contentType: string): string {
  return manifestKindOf(contentType) === 'opaque' && !contentType.includes('manifest') ? '' : contentType;
}

/** An OCI manifest need not state its media type: then its shape must be unmistakable. */
function guess(body: Json): string {
  if (Array.isArray(body['manifests'])) return mediaTypes.ociIndex;
  if (Array.isArray(body['layers']) && isObject(body['config'])) return mediaTypes.ociManifest;
  return '';
}

function opaque(text: string, mediaType: string, because: string): Manifest {
  const references = digestsIn(text).map((digest): ManifestReference => {
    return { as: 'opaque', to: { mediaType: '', digest, sizeBytes: 0 }, foreign: true };
  });
  return { kind: 'opaque', mediaType, references, opaqueBecause: because };
}

/** Which fields hold descriptors, by kind. `undefined` when one of them is malformed. */
function readReferences(kind: ManifestKind, body: Json): readonly ManifestReference[] | undefined {
  const found: ManifestReference[] = [];
  const one = (field: string, as: ReferenceKind, required: boolean) => {
    if (body[field] === undefined || body[field] === null) return !required;
    return push(found, as, body[field]);
  };
  const many = (field: string, as: ReferenceKind, required: boolean) => {
    const list = body[field];
    if (list === undefined || list === null) return !required;
    return Array.isArray(list) && list.every((item) => push(found, as, item));
  };

  const whole =
    kind === 'index'
      ? many('manifests', 'child', true)
      : kind === 'artifact'
        ? many('blobs', 'layer', false)
        : one('config', 'config', true) && many('layers', 'layer', true);
  return whole && one('subject', 'subject', false) ? found : undefined;
}

function push(found: ManifestReference[], as: ReferenceKind, value: unknown): boolean {
  const to = parseDescriptor(value);
  if (to === undefined) return false;
  const urls = isObject(value) ? value['urls'] : undefined;
  found.push({ as, to, foreign: Array.isArray(urls) && urls.length > 0 });
  return true;
}

/** A descriptor from foreign JSON, or `undefined` when it lacks what makes it one. */
export function parseDescriptor(value: unknown): Descriptor | undefined {
  if (!isObject(value) || !isDigest(value['digest'])) return undefined;
  const { mediaType, digest, size, artifactType, platform } = value;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest: digest as Digest,
    sizeBytes: size,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...annotationsOf(value),
    ...(isObject(platform) ? { platform: parsePlatform(platform) } : {}),
  };
}

function parsePlatform(value: Json): Platform {
  const text = (field: string) => (typeof value[field] === 'string' ? (value[field] as string) : '');
  const variant = text('variant');
  return { os: text('os'), architecture: text('architecture'), ...(variant === '' ? {} : { variant }) };
}

function annotationsOf(value: Json): { annotations?: Readonly<Record<string, string>> } {
  const annotations = value['annotations'];
  if (!isObject(annotations)) return {};
  const entries = Object.entries(annotations).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) };
}
