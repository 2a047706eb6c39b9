import { parseManifest } from '../../src/oci/manifest.ts';
import type { KubeObject } from '../../src/systems/cluster/contract.ts';
import { type SuiteImage, suiteImage } from '../../src/systems/integrated-registry/contract.suite.ts';
import type { IntegratedRegistry } from '../../src/systems/integrated-registry/contract.ts';

/*
 * Small worlds with content that is what its digests say: for what is pushed again, and for real registries.
 */

const { signal } = new AbortController();
const REGISTRY = 'image-registry.openshift-image-registry.svc:5000';

/** A stream with its histories: tags, each with the names of its images, newest first. */
export interface StreamWords {
  /** `shop/web` */
  readonly name: string;
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export interface OpenshiftObjects {
  readonly objects: readonly KubeObject[];
  /** By its name. */
  image(name: string): SuiteImage;
  /** Pushes all images to where streams have them. */
  fill(registry: IntegratedRegistry): Promise<void>;
}

/** @param agedMs - how old all of it is; items of one tag lie an hour apart */
export function openshiftObjects(
  streams: readonly StreamWords[],
  nowMs: number,
  agedMs = 90 * 86_400_000,
): OpenshiftObjects {
  const images = new Map<string, SuiteImage>();
  for (const { tags } of streams)
    for (const name of Object.values(tags).flat()) if (!images.has(name)) images.set(name, suiteImage(name));
  const image = (name: string) => images.get(name) as SuiteImage;
  const time = (ageMs: number) => new Date(nowMs - ageMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    image,
    objects: [
      ...[...images.values()].map((one) => imageObject(one, time(agedMs))),
      ...streams.map((stream) =>
        streamObject(stream, time(agedMs), image, (index) => time(agedMs + index * 3_600_000)),
      ),
    ],
    fill: async (registry) => {
      for (const { name, tags } of streams)
        for (const one of new Set(Object.values(tags).flat())) await pushOnce(registry, name, image(one));
    },
  };
}

async function pushOnce(registry: IntegratedRegistry, repository: string, image: SuiteImage): Promise<void> {
  for (const { digest, bytes } of [image.config, image.layer])
    await registry.putBlob(repository, digest, bytes, signal);
  await registry.putManifest(repository, image.digest, image.manifest, signal);
}

function imageObject({ digest, manifest, config }: SuiteImage, creationTimestamp: string): KubeObject {
  const layers = parseManifest(manifest.bytes, manifest.mediaType).references.filter(({ as }) => as === 'layer');
  return {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image' },
    metadata: { name: digest, creationTimestamp, annotations: { 'openshift.io/image.managed': 'true' } },
    dockerImageReference: `${REGISTRY}/shop/web@${digest}`,
    dockerImageMetadata: { kind: 'DockerImage', apiVersion: '1.0', Id: config.digest, Size: 1000 },
    dockerImageManifestMediaType: manifest.mediaType,
    dockerImageLayers: layers.map(({ to }) => ({ name: to.digest, size: to.sizeBytes, mediaType: to.mediaType })),
  };
}

function streamObject(
  { name: path, tags }: StreamWords,
  creationTimestamp: string,
  image: (name: string) => SuiteImage,
  createdAt: (index: number) => string,
): KubeObject {
  const [namespace = '', name = ''] = path.split('/');
  return {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream' },
    metadata: { namespace, name, creationTimestamp },
    status: {
      dockerImageRepository: `${REGISTRY}/${path}`,
      tags: Object.entries(tags).map(([tag, names]) => ({
        tag,
        items: names.map((one, index) => ({
          created: createdAt(index),
          image: image(one).digest,
          dockerImageReference: `${REGISTRY}/${path}@${image(one).digest}`,
          generation: names.length - index,
        })),
        conditions: [{ type: 'ImportSuccess', status: 'False' }],
      })),
    },
  };
}
