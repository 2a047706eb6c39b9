import { createHash } from 'node:crypto';

/*
 * A made-up OpenShift cluster: projects with image streams, whose tags have histories; the Images in them; pods that run some of them.
 * Everything follows from numbers, so that the same size is always the same cluster.
 *
 * A stream has 5 tags with 9 items each. Its images share 4 layers of the project's own and 5 of one of 50 base images, and have 3 of their
 * own and a config. One in 45 is an index of two images, which are in no stream; as many again are in no stream at all. Half of the streams have
 * pods, by tag or by digest, some of them long ended.
 */

export const NOW_MS = Date.UTC(2026, 0, 15, 12);
const TAGS = 5;
const HISTORY = 9;
const STREAMS_A_PROJECT = 10;
const REGISTRY = 'image-registry.openshift-image-registry.svc:5000';
const DAY_MS = 86_400_000;

export interface ClusterSize {
  readonly images: number;
  readonly streams: number;
  readonly pods: number;
}

type Json = Readonly<Record<string, unknown>>;

export function digestOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}

export function* imagesOf({ images, streams }: ClusterSize): Generator<Json> {
  let made = 0;
  for (let stream = 0; stream < streams && made < images; stream += 1)
    for (let item = 0; item < TAGS * HISTORY && made < images; item += 1) {
      const name = `${stream}/${item}`;
      const isIndex = item % 50 === 17;
      if (isIndex) {
        const children = ['amd64', 'arm64'].map((platform) => `${name}/${platform}`);
        yield indexObject(name, stream, children);
        for (const child of children) yield imageObject(child, stream, item);
      } else yield imageObject(name, stream, item);
      made += isIndex ? 3 : 1;
      if (item % 25 !== 0 || made >= images) continue;
      yield imageObject(`${name}/in no stream`, stream, item);
      made += 1;
    }
  for (let extra = 0; made < images; extra += 1, made += 1) yield imageObject(`extra/${extra}`, extra % streams, extra);
}

export function* streamsOf({ streams }: ClusterSize): Generator<Json> {
  for (let stream = 0; stream < streams; stream += 1) {
    const tags = Array.from({ length: TAGS }, (_, tag) => ({
      tag: tag === 0 ? 'latest' : `v${tag}`,
      items: Array.from({ length: HISTORY }, (_unused, index) => {
        const image = digestOf(`${stream}/${tag * HISTORY + index}`);
        return {
          created: timeOf(ageMs(stream, tag * HISTORY + index)),
          dockerImageReference: `${REGISTRY}/${pathOf(stream)}@${image}`,
          ...{ image, generation: HISTORY - index },
        };
      }),
    }));
    yield {
      ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream' },
      metadata: {
        ...nameOf(stream),
        uid: `stream-${stream}`,
        resourceVersion: '1',
        creationTimestamp: timeOf(900 * DAY_MS),
      },
      spec: { lookupPolicy: { local: false } },
      status: { dockerImageRepository: `${REGISTRY}/${pathOf(stream)}`, tags },
    };
  }
}

export function* podsOf({ streams, pods }: ClusterSize): Generator<Json> {
  for (let pod = 0; pod < pods; pod += 1) {
    const stream = (pod * 2) % streams;
    const item = (pod * 7) % (TAGS * HISTORY);
    const tag = Math.floor(item / HISTORY);
    const image =
      pod % 3 === 0
        ? `${REGISTRY}/${pathOf(stream)}:${tag === 0 ? 'latest' : `v${tag}`}`
        : `${REGISTRY}/${pathOf(stream)}@${digestOf(`${stream}/${item}`)}`;
    const phase = pod % 5 === 4 ? 'Succeeded' : 'Running';
    yield {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ namespace: nameOf(stream).namespace, name: `app-${pod}`, uid: `pod-${pod}` },
        ...{ labels: { app: `app-${stream}`, 'pod-template-hash': 'abcdef' }, creationTimestamp: timeOf(3 * DAY_MS) },
      },
      spec: {
        containers: [
          {
            ...{ name: 'app', image, imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' },
            env: Array.from({ length: 12 }, (_, n) => ({ name: `SETTING_${n}`, value: `value number ${n} of ${pod}` })),
            resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          },
        ],
        ...{ nodeName: `node-${pod % 100}`, serviceAccountName: 'default', restartPolicy: 'Always' },
      },
      status: { phase, podIP: '10.0.0.1', containerStatuses: [{ name: 'app', image, ready: phase === 'Running' }] },
    };
  }
}

/** What is linked only because an index lists it: the images in an index, and what they alone have. */
export function childDigests(size: ClusterSize): ReadonlySet<string> {
  const digests = new Set<string>();
  for (const image of imagesOf(size)) {
    const { name } = image['metadata'] as { readonly name: string };
    const children = (image['dockerImageManifests'] ?? []) as readonly { readonly digest: string }[];
    for (const { digest } of children) digests.add(digest);
    if (!digests.has(name)) continue;
    const { Id } = image['dockerImageMetadata'] as { readonly Id: string };
    const layers = (image['dockerImageLayers'] ?? []) as readonly { readonly name: string }[];
    for (const layer of [Id, ...layers.slice(-3).map((one) => one.name)]) digests.add(layer);
  }
  return digests;
}

/** Every tenth stream is new, and a few items are. */
function ageMs(stream: number, item: number): number {
  return item % HISTORY === 0 && stream % 10 === 3 ? 1_800_000 : (1 + item) * DAY_MS;
}

function imageObject(name: string, stream: number, item: number): Json {
  const base = stream % 50;
  const layers = [
    ...Array.from({ length: 5 }, (_, n) => [`base ${base} ${n}`, 40_000_000 + n] as const),
    ...Array.from({ length: 4 }, (_, n) => [`stream ${stream} ${n}`, 9_000_000 + n] as const),
    ...Array.from({ length: 3 }, (_, n) => [`own ${name} ${n}`, 1_000_000 + item * 1000 + n] as const),
  ].map(([layer, size]) => ({
    ...{ name: digestOf(layer), size, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' },
  }));
  return {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: metadataOf(name, stream, item) },
    dockerImageReference: `${REGISTRY}/${pathOf(stream)}@${digestOf(name)}`,
    dockerImageLayers: layers,
    dockerImageMetadata: {
      ...{ kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', Id: digestOf(`config ${name}`) },
      ...{ Created: timeOf(ageMs(stream, item)), DockerVersion: '1.13.1', Architecture: 'amd64' },
      Size: layers.reduce((sum, { size }) => sum + size, 7000),
      Config: {
        ...{
          Hostname: 'build',
          User: '1001',
          WorkingDir: '/opt/app-root/src',
          Cmd: ['/bin/sh', '-c', '$STI_SCRIPTS_PATH/usage'],
        },
        Env: Array.from({ length: 15 }, (_, n) => `BUILD_VARIABLE_${n}=the value of variable ${n} in ${name}`),
        Labels: Object.fromEntries(
          Array.from({ length: 20 }, (_, n) => [`io.openshift.build.label-${n}`, `what label ${n} says of ${name}`]),
        ),
        ExposedPorts: { '8080/tcp': {} },
      },
      ContainerConfig: { Env: Array.from({ length: 10 }, (_, n) => `BUILD_VARIABLE_${n}=the value of variable ${n}`) },
    },
    ...{
      dockerImageMetadataVersion: '1.0',
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    },
  };
}

function indexObject(name: string, stream: number, children: readonly string[]): Json {
  return {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: metadataOf(name, stream, 17) },
    dockerImageReference: `${REGISTRY}/${pathOf(stream)}@${digestOf(name)}`,
    dockerImageLayers: null,
    dockerImageManifests: children.map((child) => ({
      ...{
        digest: digestOf(child),
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        manifestSize: 2000,
      },
      ...{ architecture: child.endsWith('arm64') ? 'arm64' : 'amd64', os: 'linux' },
    })),
    dockerImageMetadata: { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', Id: digestOf(name) },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
  };
}

function metadataOf(name: string, stream: number, item: number): Json {
  return {
    ...{
      name: digestOf(name),
      uid: `image-${name}`,
      resourceVersion: '1',
      creationTimestamp: timeOf(ageMs(stream, item)),
    },
    annotations: {
      ...{ 'openshift.io/image.managed': 'true', 'image.openshift.io/manifestBlobStored': 'true' },
      'image.openshift.io/dockerLayersOrder': 'ascending',
    },
  };
}

function nameOf(stream: number): { readonly namespace: string; readonly name: string } {
  return { namespace: `project-${Math.floor(stream / STREAMS_A_PROJECT)}`, name: `app-${stream % STREAMS_A_PROJECT}` };
}

function pathOf(stream: number): string {
  const { namespace, name } = nameOf(stream);
  return `${namespace}/${name}`;
}

function timeOf(age: number): string {
  return new Date(NOW_MS - age).toISOString().replace('.000Z', 'Z');
}
