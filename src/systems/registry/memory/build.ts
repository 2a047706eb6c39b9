import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { mediaTypes } from '../../../oci/media-type.ts';
import { digestOf, manifestDigest } from '../content-digest.ts';
import type { World } from './world.ts';

/** What was put: its descriptor, and the bytes as they lie there. */
export interface Put extends Descriptor {
  readonly bytes: Uint8Array;
}

export interface PutImage extends Put {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageContent {
  readonly tags?: readonly string[];
  /** Each layer's text. Default: one layer. */
  readonly layers?: readonly string[];
  /** Tells apart images that are alike otherwise. */
  readonly label?: string;
  readonly created?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Puts an image: layers, config, manifest, tags. */
export function putImage(world: World, repository: string, content: ImageContent = {}): PutImage {
  const layers = (content.layers ?? ['layer']).map((text) => putBlob(world, repository, text, mediaTypes.ociLayer));
  const { created, label = '' } = content;
  const configText = JSON.stringify({ architecture: 'amd64', os: 'linux', created, config: { Labels: { label } } });
  const config = putBlob(world, repository, configText, mediaTypes.ociConfig);
  const body = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: wire(config), layers: layers.map(wire) },
    ...(content.annotations === undefined ? {} : { annotations: content.annotations }),
  };
  return { ...putManifest(world, repository, body, content.tags), config, layers };
}

/** Puts an index over manifests, which need not be there. */
export function putIndex(
  world: World,
  repository: string,
  children: readonly Descriptor[],
  content: { readonly tags?: readonly string[]; readonly annotations?: Readonly<Record<string, string>> } = {},
): Put {
  const body = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: children.map(wire) },
    ...(content.annotations === undefined ? {} : { annotations: content.annotations }),
  };
  return putManifest(world, repository, body, content.tags);
}

/** Puts an artifact whose subject is another manifest. */
export function putReferrer(
  world: World,
  repository: string,
  subject: Descriptor,
  content: { readonly tags?: readonly string[]; readonly text?: string } = {},
): Put {
  const config = putBlob(world, repository, '{}', mediaTypes.ociEmpty);
  const layer = putBlob(world, repository, content.text ?? 'sbom', 'application/spdx+json');
  const body = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, artifactType: 'application/spdx+json' },
    ...{ config: wire(config), layers: [wire(layer)], subject: wire(subject) },
  };
  return putManifest(world, repository, body, content.tags);
}

/** Puts any JSON, or exact bytes, as a manifest. `mediaType` is taken from the body, or given. */
export function putManifest(
  world: World,
  repository: string,
  body: Readonly<Record<string, unknown>> | string,
  tags: readonly string[] = [],
  mediaType: string = typeof body === 'string' ? mediaTypes.ociManifest : String(body['mediaType'] ?? ''),
): Put {
  const stored = world.repository(repository);
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const digest = manifestDigest(bytes, mediaType);
  stored.manifests.set(digest, { mediaType, bytes });
  for (const tag of tags) stored.tags.set(tag, digest);
  return { mediaType, digest, sizeBytes: bytes.length, bytes };
}

export function putBlob(world: World, repository: string, text: string, mediaType: string): Put {
  const bytes = Buffer.from(text);
  const digest = digestOf(bytes);
  world.repository(repository).blobs.set(digest, bytes);
  return { mediaType, digest, sizeBytes: bytes.length, bytes };
}

/** What lies under a digest becomes something else, as on a bad disk. */
export function damage(world: World, repository: string, digest: Digest): void {
  const stored = world.repository(repository).manifests.get(digest);
  if (stored === undefined) throw new Error(`there is no ${repository}@${digest} to damage`);
  world.repository(repository).manifests.set(digest, { ...stored, bytes: Buffer.from('damaged') });
}

function wire(descriptor: Descriptor): Readonly<Record<string, unknown>> {
  const { mediaType, digest, sizeBytes: size } = descriptor;
  return { mediaType, digest, size };
}
