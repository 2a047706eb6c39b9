import { type Digest, digestsIn, isDigest } from '../../../../oci/digest.ts';
import { parseManifest } from '../../../../oci/manifest.ts';
import { manifestKindOf, mediaTypes } from '../../../../oci/media-type.ts';
import type { KubeObject } from '../../contract.ts';

/*
 * An Image of image.openshift.io/v1, as far as it is read. Its name is the digest of the manifest.
 *
 *   metadata                       name, creationTimestamp, resourceVersion, annotations["openshift.io/image.managed"]
 *   dockerImageLayers              [{name: "sha256:…", size}]      of an image; of schema 1, too
 *   dockerImageMetadata            {Id: "sha256:…" (the config), Size (bytes of all layers and the config)}
 *   dockerImageManifestMediaType   absent: an old object, of schema 1 or with its manifest in it
 *   dockerImageManifests           [{digest, …}]                   of an index
 *   dockerImageManifest            the manifest's text; absent where the registry keeps it
 *
 * See https://docs.openshift.com/container-platform/4.16/rest_api/image_apis/image-image-openshift-io-v1.html
 */

/** Data that an Image names; a size that nothing tells is absent. */
export interface ImageBlob {
  readonly digest: Digest;
  readonly sizeBytes?: number;
}

/** An Image as far as it concerns what it keeps. */
export interface ImageReading {
  readonly managed?: string;
  /** Bytes of all its data, as limits count them. Absent: nothing tells. */
  readonly sizeBytes?: number;
  readonly manifestBytes?: number;
  readonly layers: readonly ImageBlob[];
  readonly config?: ImageBlob;
  readonly children: readonly Digest[];
  readonly subject?: Digest;
  /** It can't be read for sure. */
  readonly opaque?: Opaque;
}

export interface Opaque {
  readonly because: string;
  /** What it may name besides the digests that stand in it: some config, or anything. */
  readonly mayName: 'configs' | 'anything';
  readonly digests: readonly Digest[];
}

/** Reads an Image. It never throws: what can't be read for sure is `opaque`. */
export function readImage(image: KubeObject): ImageReading {
  const mediaType = textOf(image['dockerImageManifestMediaType']);
  const metadata = objectOf(image['dockerImageMetadata']);
  const text = textOf(image['dockerImageManifest']);
  const config = metadata?.['Id'];
  const children = listOfBlobs(image['dockerImageManifests'], 'digest');
  const fields: Named = { layers: listOfBlobs(image['dockerImageLayers'], 'name'), problems: [], children: [] };
  if (isDigest(config) && !isIndex(mediaType) && !isSchema1(mediaType)) fields.config = { digest: config };
  if (fields.layers === undefined) fields.problems.push('its dockerImageLayers are not a list of digests');
  if (children === undefined) fields.problems.push('its dockerImageManifests are not a list of digests');
  else fields.children = children.map(({ digest }) => digest);
  const whole = text === '' ? fields : withManifest(fields, text, mediaType);
  return readingOf(image, whole, opaqueness(image, mediaType, whole, text !== '', metadata !== undefined));
}

/** Field by field, not spread: there may be a hundred thousand, and spreads leave much behind. */
function readingOf(image: KubeObject, whole: Named, opaque: Opaque | undefined): ImageReading {
  const size = objectOf(image['dockerImageMetadata'])?.['Size'];
  const text = textOf(image['dockerImageManifest']);
  const managed = image.metadata?.annotations?.['openshift.io/image.managed'];
  const reading: { -readonly [Field in keyof ImageReading]: ImageReading[Field] } = {
    layers: whole.layers ?? [],
    children: whole.children,
  };
  if (typeof managed === 'string') reading.managed = managed;
  if (isSize(size) && size > 0) reading.sizeBytes = size;
  if (text !== '') reading.manifestBytes = new TextEncoder().encode(text).length;
  if (whole.config !== undefined) reading.config = whole.config;
  if (whole.subject !== undefined) reading.subject = whole.subject;
  if (opaque !== undefined) reading.opaque = opaque;
  return reading;
}

interface Named {
  layers: readonly ImageBlob[] | undefined;
  config?: ImageBlob;
  subject?: Digest;
  problems: string[];
  children: readonly Digest[];
}

/** What the manifest's own text names is added to what the fields name: either may be incomplete. */
function withManifest(fields: Named, text: string, mediaType: string): Named {
  if (isSchema1(mediaType) || /"schemaVersion"\s*:\s*1\b/.test(text)) return fields;
  const { kind, references, opaqueBecause } = parseManifest(new TextEncoder().encode(text), mediaType);
  if (kind === 'opaque') return { ...fields, problems: [...fields.problems, `its manifest: ${opaqueBecause}`] };
  const layers = new Map((fields.layers ?? []).map((layer) => [layer.digest, layer]));
  const children = new Set(fields.children);
  let { config, subject } = fields;
  for (const { as, to } of references) {
    const blob = { digest: to.digest, sizeBytes: to.sizeBytes };
    if (as === 'layer') layers.set(to.digest, blob);
    else if (as === 'config') config = blob;
    else if (as === 'child') children.add(to.digest);
    else if (as === 'subject') subject = to.digest;
  }
  const { problems } = fields;
  const whole: Named = { layers: [...layers.values()], problems, children: [...children] };
  if (config !== undefined) whole.config = config;
  if (subject !== undefined) whole.subject = subject;
  return whole;
}

function opaqueness(
  image: KubeObject,
  mediaType: string,
  { problems, config, children }: Named,
  hasText: boolean,
  hasMetadata: boolean,
): Opaque | undefined {
  const kind = manifestKindOf(mediaType);
  const opaque = (because: string, mayName: Opaque['mayName']): Opaque => {
    return { because, mayName, digests: digestsIn(JSON.stringify(image)) };
  };
  if (problems.length > 0) return opaque(problems.join('; '), 'anything');
  if (kind === 'opaque' && mediaType !== '' && !isSchema1(mediaType))
    return opaque(`the media type ${mediaType} of its manifest is unknown`, 'anything');
  if (hasText) return undefined;
  if (kind === 'index')
    return children.length > 0 ? undefined : opaque('it is an index, and lists no manifest', 'anything');
  if (kind === 'image' && config === undefined) return opaque('its metadata do not tell its config', 'configs');
  if (!hasMetadata && children.length === 0) return opaque('its metadata can not be read', 'anything');
  return undefined;
}

/** `undefined` where there is something else than a list of things with a digest each; nothing at all is an empty list. */
function listOfBlobs(value: unknown, field: string): readonly ImageBlob[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const blobs: ImageBlob[] = [];
  for (const item of value as readonly unknown[]) {
    const one = objectOf(item);
    const digest = one?.[field];
    if (one === undefined || !isDigest(digest)) return undefined;
    const { size } = one;
    blobs.push(isSize(size) && size > 0 ? { digest, sizeBytes: size } : { digest });
  }
  return blobs;
}

function isIndex(mediaType: string): boolean {
  return manifestKindOf(mediaType) === 'index';
}

function isSchema1(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
