import { createHash } from 'node:crypto';
import { digestOf } from '../support/push-image.ts';

export interface Content {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Image {
  readonly layers: readonly Content[];
  readonly config: Content;
  readonly manifest: Content;
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Layers that all images are made from, each of 1 to 8 KiB, the same in every run. */
export function makeLayers(count: number): readonly Content[] {
  return Array.from({ length: count }, (_, n) => {
    const line = createHash('sha256').update(`layer ${n}`).digest();
    return contentOf(Buffer.concat(Array.from({ length: 32 * (1 + (n % 8)) }, () => line)));
  });
}

/** @param label - two images with the same layers and label are the same */
export function makeImage(layers: readonly Content[], label: string): Image {
  const config = jsonOf({
    ...{ architecture: 'amd64', os: 'linux', config: { Labels: { label } } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = jsonOf({
    ...{ schemaVersion: 2, mediaType: MANIFEST, config: describe(config, CONFIG) },
    layers: layers.map((layer) => describe(layer, LAYER)),
  });
  return { layers, config, manifest };
}

/** All that a registry has to have for an image, besides its manifest. */
export function partsOf({ config, layers }: Image): readonly Content[] {
  return [...layers, config];
}

function describe({ digest, bytes }: Content, mediaType: string) {
  return { mediaType, digest, size: bytes.length };
}

function jsonOf(value: object): Content {
  return contentOf(Buffer.from(JSON.stringify(value)));
}

function contentOf(bytes: Buffer): Content {
  return { digest: digestOf(bytes), bytes };
}
