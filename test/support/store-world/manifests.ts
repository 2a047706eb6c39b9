import { mediaTypes } from '../../../src/oci/media-type.ts';
import type { Look, ManifestSpec } from './world.ts';

export interface ImageSpec {
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Docker's media types. */
  readonly docker?: boolean;
  /** Names of the layers that lie elsewhere: named with `urls`, and not pushed. */
  readonly foreign?: readonly string[];
}

/** An image: layers by name, `x@sha512` for one that is named by its sha512, and a config `<manifest>.config`. */
export function image(layers: readonly string[], options: ImageSpec = {}): ManifestSpec {
  const { foreign = [], docker = false } = options;
  return {
    children: [],
    blobs: layers.filter((layer) => !foreign.includes(layer)),
    config: true,
    render: (look) =>
      toJson({
        schemaVersion: 2,
        mediaType: docker ? mediaTypes.dockerManifest : mediaTypes.ociManifest,
        config: look.descriptor(`${look.name}.config`, docker ? mediaTypes.dockerConfig : mediaTypes.ociConfig),
        layers: layers.map((layer) => {
          const descriptor = look.descriptor(layer, mediaTypes.ociLayer);
          return foreign.includes(layer) ? { ...descriptor, urls: ['https://layers.example/'] } : descriptor;
        }),
        ...more(look, options),
      }),
  };
}

/** An index, or Docker's list, of manifests. */
export function index(children: readonly string[], options: Omit<ImageSpec, 'foreign'> = {}): ManifestSpec {
  return {
    children,
    blobs: [],
    config: false,
    render: (look) =>
      toJson({
        schemaVersion: 2,
        mediaType: options.docker ? mediaTypes.dockerList : mediaTypes.ociIndex,
        manifests: children.map((child) => look.descriptor(child)),
        ...more(look, options),
      }),
  };
}

/** OCI's artifact manifest of 1.1's release candidates, with `blobs`. */
export function artifact(blobs: readonly string[], options: Pick<ImageSpec, 'subject'> = {}): ManifestSpec {
  return {
    children: [],
    blobs,
    config: false,
    render: (look) =>
      toJson({
        mediaType: mediaTypes.ociArtifact,
        schemaVersion: 2,
        artifactType: 'application/vnd.example.thing',
        blobs: blobs.map((blob) => look.descriptor(blob, 'application/octet-stream')),
        ...more(look, options),
      }),
  };
}

/** Docker's old manifest, version 2, schema 1. */
export function schema1(layers: readonly string[]): ManifestSpec {
  return {
    children: [],
    blobs: layers,
    config: false,
    render: (look) =>
      toJson({
        schemaVersion: 1,
        name: 'old/image',
        tag: 'v1',
        architecture: 'amd64',
        fsLayers: layers.map((layer) => ({ blobSum: look.digest(layer) })),
        history: layers.map(() => ({ v1Compatibility: '{}' })),
      }),
  };
}

/** A manifest of a type that nobody knows, which names things in a field of its own. */
export function strange(names: readonly string[], children: readonly string[] = []): ManifestSpec {
  return {
    children,
    blobs: names,
    config: false,
    render: (look) =>
      toJson({
        schemaVersion: 2,
        mediaType: 'application/vnd.example.bundle.v1+json',
        parts: [...names, ...children].map((name) => ({ is: look.digest(name) })),
      }),
  };
}

/** Bytes that are what they are; `blobs` were pushed with them all the same. */
export function raw(bytes: string | Uint8Array, blobs: readonly string[] = []): ManifestSpec {
  return { children: [], blobs, config: false, render: () => bytes };
}

function more(look: Look, { subject, artifactType, annotations }: ImageSpec): object {
  return {
    ...(subject === undefined ? {} : { subject: look.descriptor(subject) }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function toJson(body: unknown): string {
  return JSON.stringify(body, undefined, 1);
}
