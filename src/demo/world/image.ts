import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import type { Platform } from '../../oci/platform.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import type { Random } from './random.ts';
import { gzipStored, makeTar } from './tar.ts';

/** Where blobs are laid down, each once. */
export type Shelf = Map<Digest, Uint8Array>;

/** A layer: a tar archive with a file or two, in gzip. */
export interface Layer {
  readonly descriptor: Descriptor;
  /** Digest of the archive before gzip. */
  readonly diffId: Digest;
  readonly createdBy: string;
}

/** A manifest that is made but stands in no repository yet. */
export interface Made {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly blobs: readonly Digest[];
  readonly children: readonly Made[];
  readonly subject?: Digest;
}

export const amd64: Platform = { os: 'linux', architecture: 'amd64' };
export const arm64: Platform = { os: 'linux', architecture: 'arm64' };

const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** @param name - what the layer is about; it names the file in it. */
export function makeLayer(shelf: Shelf, random: Random, name: string, sizeBytes: number): Layer {
  const modifiedAt = new Date(Date.UTC(2025, 0));
  const files = [
    { path: `opt/${name}/README`, bytes: Buffer.from(`${name}: made up for the demo; the other file is noise.\n`) },
    { path: `opt/${name}/payload.bin`, bytes: random.bytes(sizeBytes) },
  ];
  const tar = makeTar(files, modifiedAt);
  const descriptor = shelve(shelf, gzipStored(tar), mediaTypes.ociLayer);
  return { descriptor, diffId: `sha256:${sha256Hex(tar)}`, createdBy: `COPY ${name} /opt/${name}` };
}

export interface ImageParts {
  readonly layers: readonly Layer[];
  readonly created: Date;
  readonly platform?: Platform;
  readonly labels?: Readonly<Record<string, string>>;
  /** Docker's media types (image manifest version 2, schema 2) instead of OCI's. */
  readonly docker?: boolean;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
export function makeImage(shelf: Shelf, parts: ImageParts): Made {
  const { layers, platform = amd64, docker = false } = parts;
  const created = parts.created.toISOString();
  const config = {
    created,
    ...platform,
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/opt/start'],
      Labels: { opschain: 'true', ...parts.labels },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  };
  const body = {
    schemaVersion: 2,
    mediaType: docker ? mediaTypes.dockerManifest : mediaTypes.ociManifest,
    config: written(shelve(shelf, toBytes(config), docker ? mediaTypes.dockerConfig : mediaTypes.ociConfig)),
    layers: layers.map(({ descriptor }) => written(docker ? { ...descriptor, mediaType: DOCKER_LAYER } : descriptor)),
    ...(parts.annotations === undefined ? {} : { annotations: parts.annotations }),
  };
  const made = makeManifest(body, [body.config.digest, ...layers.map(({ descriptor }) => descriptor.digest)]);
  return { ...made, descriptor: { ...made.descriptor, platform } };
}

/** An index over images or over other indexes, or Docker's list. */
export function makeIndex(
  children: readonly Made[],
  mediaType: string = mediaTypes.ociIndex,
  annotations?: Readonly<Record<string, string>>,
): Made {
  const manifests = children.map(({ descriptor }) => written(descriptor));
  return {
    ...makeManifest({ schemaVersion: 2, mediaType, manifests, ...(annotations && { annotations }) }, []),
    children,
  };
}

/** Any JSON as a manifest, which names these blobs. */
export function makeManifest(
  body: Readonly<Record<string, unknown>> & { readonly mediaType: string },
  blobs: readonly Digest[],
): Made {
  const bytes = toBytes(body);
  const digest: Digest = `sha256:${sha256Hex(bytes)}`;
  return { descriptor: { mediaType: body.mediaType, digest, sizeBytes: bytes.byteLength }, bytes, blobs, children: [] };
}

/** Lays bytes down and says what they are. */
export function shelve(shelf: Shelf, bytes: Uint8Array, mediaType: string): Descriptor {
  const digest: Digest = `sha256:${sha256Hex(bytes)}`;
  if (!shelf.has(digest)) shelf.set(digest, bytes);
  return { mediaType, digest, sizeBytes: bytes.byteLength };
}

/** A descriptor as JSON has it: `size`, not `sizeBytes`. */
export function written({ sizeBytes, ...rest }: Descriptor) {
  const { mediaType, digest, ...more } = rest;
  return { mediaType, digest, size: sizeBytes, ...more };
}

export function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
