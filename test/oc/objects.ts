import { mediaTypes } from '../../src/oci/media-type.ts';
import type { KubeObject } from '../../src/systems/cluster/contract.ts';
import { digestOf, type OcCase } from './cases.ts';

/** The objects of the API that make up the world of a case, as `oc get -o json` would give them. */
export function toObjects(one: OcCase, nowMs: number): readonly KubeObject[] {
  const time = (ageMinutes: number | undefined) =>
    new Date(ageMinutes === undefined ? VERY_OLD_MS : nowMs - ageMinutes * 60_000).toISOString().replace('.000Z', 'Z');
  return [
    ...one.images.map((image) => imageObject(image, time(image.ageMinutes))),
    ...one.streams.map((stream) => streamObject(stream, time)),
    ...one.workloads.map((workload) => workloadObject(workload, time(workload.ageMinutes))),
    ...Object.entries(one.limits ?? {}).flatMap(([namespace, limits]) =>
      limits.map((bytes, n) => limitRange(namespace, `limit-${n}`, bytes)),
    ),
  ];
}

const VERY_OLD_MS = Date.UTC(2015, 0);
/** Where the images of the cases were pushed. */
export const REGISTRY = 'image-registry.openshift-image-registry.svc:5000';

function imageObject(image: OcCase['images'][number], creationTimestamp: string): KubeObject {
  const {
    name,
    layers = ['L1', 'L2', 'L3', 'L4', 'L1'],
    config,
    managed = 'true',
    sizeBytes,
    children,
    format,
  } = image;
  const mediaType =
    children !== undefined
      ? format === 'docker'
        ? mediaTypes.dockerList
        : mediaTypes.ociIndex
      : config === undefined
        ? mediaTypes.dockerSchema1Signed
        : format === 'oci'
          ? mediaTypes.ociManifest
          : mediaTypes.dockerManifest;
  return {
    apiVersion: 'image.openshift.io/v1',
    kind: 'Image',
    metadata: {
      name: digestOf(name),
      creationTimestamp,
      resourceVersion: '7',
      ...(managed === null ? {} : { annotations: { 'openshift.io/image.managed': managed } }),
    },
    dockerImageReference: `${REGISTRY}/foo/bar@${digestOf(name)}`,
    dockerImageLayers:
      children === undefined
        ? layers.map((layer) => ({ name: digestOf(layer), size: 1000, mediaType: mediaTypes.ociLayer }))
        : null,
    dockerImageMetadata: {
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Id: config === undefined ? '' : digestOf(config),
      ...(sizeBytes === undefined ? {} : { Size: sizeBytes }),
    },
    dockerImageManifestMediaType: mediaType,
    ...(children === undefined
      ? {}
      : {
          dockerImageManifests: children.map((child) => ({
            ...{ digest: digestOf(child), mediaType: mediaTypes.dockerManifest, manifestSize: 500 },
            ...{ architecture: 'amd64', os: 'linux' },
          })),
        }),
  };
}

function streamObject(
  { namespace, name, ageMinutes, tags }: OcCase['streams'][number],
  time: (ageMinutes: number | undefined) => string,
): KubeObject {
  return {
    apiVersion: 'image.openshift.io/v1',
    kind: 'ImageStream',
    metadata: { namespace, name, creationTimestamp: time(ageMinutes), resourceVersion: '7' },
    spec: {},
    status: {
      dockerImageRepository: `${REGISTRY}/${namespace}/${name}`,
      tags: Object.entries(tags).map(([tag, items]) => ({
        tag,
        items: items.map((item) => ({
          created: time(item.ageMinutes),
          dockerImageReference: `${REGISTRY}/${namespace}/${name}@${digestOf(item.image)}`,
          image: digestOf(item.image),
          generation: 1,
        })),
      })),
    },
  };
}

function limitRange(namespace: string, name: string, bytes: number): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { namespace, name } },
    spec: { limits: [{ type: 'openshift.io/Image', max: { storage: String(bytes) } }] },
  };
}

const apiVersions: Readonly<Record<string, string>> = {
  ...{ Pod: 'v1', ReplicationController: 'v1' },
  ...{ DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1', Deployment: 'apps/v1', StatefulSet: 'apps/v1' },
  ...{ Job: 'batch/v1', CronJob: 'batch/v1' },
  ...{ DeploymentConfig: 'apps.openshift.io/v1', BuildConfig: 'build.openshift.io/v1', Build: 'build.openshift.io/v1' },
};

function workloadObject(workload: OcCase['workloads'][number], creationTimestamp: string): KubeObject {
  const { kind, name, phase, from, fromNamespace, strategy = 'source' } = workload;
  const apiVersion = apiVersions[kind];
  if (apiVersion === undefined) throw new Error(`no objects are made of kind ${kind}`);
  const image = workload.image.replace(/@([A-Za-z]+\d+)$/, (_, short: string) => `@${digestOf(short)}`);
  const base = { apiVersion, kind, metadata: { namespace: 'foo', name, creationTimestamp } };
  const podSpec = { containers: [{ name: 'app', image }] };
  const template = { metadata: {}, spec: podSpec };
  if (kind === 'Pod') return { ...base, spec: podSpec, status: phase === undefined ? {} : { phase } };
  if (kind === 'CronJob') return { ...base, spec: { jobTemplate: { spec: { template } } } };
  if (kind !== 'BuildConfig' && kind !== 'Build') return { ...base, spec: { template } };
  const source = { kind: from, name: image, ...(fromNamespace === undefined ? {} : { namespace: fromNamespace }) };
  return { ...base, spec: { strategy: { [`${strategy}Strategy`]: { from: source } } } };
}
