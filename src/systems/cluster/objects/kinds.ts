import type { KubeObject } from '../contract.ts';
import { readBuild } from './builds.ts';
import { readControllerRevision } from './controller-revision.ts';
import { helmOwnerLabel, helmSecretType, readHelmConfigMap, readHelmSecret } from './helm.ts';
import { readImageStream } from './image-stream.ts';
import type { UseReader } from './image-use.ts';
import { readPod } from './pod.ts';
import { podSpecAt } from './pod-spec.ts';

/** A kind of objects that name images, and how it is asked for. */
export interface UsageKind {
  /** Of its API; the core group is empty. */
  readonly group: string;
  /** Versions in which it can be read, preferred first. Saved objects are read in any. */
  readonly versions: readonly [string, ...string[]];
  /** Groups that it had before, with the same fields. */
  readonly formerGroups?: readonly string[];
  readonly kind: string;
  /** In URLs: `pods`. */
  readonly resource: string;
  /** A cluster that does not serve it is as it should be. */
  readonly mayBeAbsent: boolean;
  /** Of OpenShift alone. */
  readonly openshift: boolean;
  /** Nothing else is asked for, of kinds that hold other people's secrets. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** In words, for docs: what counts. */
  readonly counts: string;
  readonly read: UseReader;
}

const core = { group: '', versions: ['v1'], mayBeAbsent: false, openshift: false } as const;
const apps = {
  group: 'apps',
  versions: ['v1'],
  formerGroups: ['extensions'],
  mayBeAbsent: true,
  openshift: false,
} as const;
const batch = { group: 'batch', mayBeAbsent: true, openshift: false } as const;
const openshift = { versions: ['v1'], formerGroups: [''], mayBeAbsent: true, openshift: true } as const;

const TEMPLATE = 'the pod spec of its template';
const inTemplate = podSpecAt('spec', 'template', 'spec');
const REVISION = 'every revision that is still there, decoded: its manifests and its hooks';
const BUILD = 'what its strategy builds from, and its source images';

/** Every kind that is read for its uses of images. Custom resources come by extractors. */
export const usageKinds: readonly UsageKind[] = [
  {
    ...{ ...core, kind: 'Pod', resource: 'pods', read: readPod },
    counts: 'images of init, ordinary and ephemeral containers and image volumes; the image and imageID of its status',
  },
  {
    ...{ ...core, kind: 'ReplicationController', resource: 'replicationcontrollers' },
    ...{ read: inTemplate, counts: TEMPLATE },
  },
  {
    ...{ ...core, kind: 'PodTemplate', resource: 'podtemplates' },
    ...{ read: podSpecAt('template', 'spec'), counts: TEMPLATE },
  },
  { ...apps, kind: 'ReplicaSet', resource: 'replicasets', read: inTemplate, counts: `${TEMPLATE}, old revisions too` },
  { ...apps, kind: 'Deployment', resource: 'deployments', read: inTemplate, counts: TEMPLATE },
  { ...apps, kind: 'StatefulSet', resource: 'statefulsets', read: inTemplate, counts: TEMPLATE },
  { ...apps, kind: 'DaemonSet', resource: 'daemonsets', read: inTemplate, counts: TEMPLATE },
  {
    ...{ ...apps, kind: 'ControllerRevision', resource: 'controllerrevisions', read: readControllerRevision },
    counts: 'every pod spec in its data: what a StatefulSet or DaemonSet can be rolled back to',
  },
  { ...batch, versions: ['v1'], kind: 'Job', resource: 'jobs', read: inTemplate, counts: TEMPLATE },
  {
    ...{ ...batch, versions: ['v1', 'v1beta1'], kind: 'CronJob', resource: 'cronjobs' },
    ...{ read: podSpecAt('spec', 'jobTemplate', 'spec', 'template', 'spec'), counts: TEMPLATE },
  },
  {
    ...{ ...core, kind: 'Secret', resource: 'secrets', fieldSelector: `type=${helmSecretType}` },
    ...{ labelSelector: helmOwnerLabel, read: readHelmSecret, counts: `Helm releases: ${REVISION}` },
  },
  {
    ...{ ...core, kind: 'ConfigMap', resource: 'configmaps', labelSelector: helmOwnerLabel },
    ...{ read: readHelmConfigMap, counts: `Helm releases: ${REVISION}` },
  },
  {
    ...{ ...openshift, group: 'apps.openshift.io', kind: 'DeploymentConfig', resource: 'deploymentconfigs' },
    ...{ read: inTemplate, counts: TEMPLATE },
  },
  {
    ...{ ...openshift, group: 'build.openshift.io', kind: 'BuildConfig', resource: 'buildconfigs' },
    ...{ read: readBuild, counts: BUILD },
  },
  {
    ...{ ...openshift, group: 'build.openshift.io', kind: 'Build', resource: 'builds' },
    ...{ read: readBuild, counts: BUILD },
  },
  {
    ...{ ...openshift, group: 'image.openshift.io', kind: 'ImageStream', resource: 'imagestreams' },
    ...{ read: readImageStream, counts: 'images that it imports, and those of its history, wherever they lie' },
  },
];

const byKind = new Map(
  usageKinds.flatMap((kind) =>
    [kind.group, ...(kind.formerGroups ?? [])].map((group) => [`${group}/${kind.kind}`, kind]),
  ),
);

/** The kind of an object by its `apiVersion` and `kind`; undefined: none that is read for uses. */
export function usageKindOf(object: Pick<KubeObject, 'apiVersion' | 'kind'>): UsageKind | undefined {
  return byKind.get(`${groupOf(object)}/${object.kind ?? ''}`);
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string {
  const slash = typeof apiVersion === 'string' ? apiVersion.indexOf('/') : -1;
  return slash < 0 ? '' : (apiVersion as string).slice(0, slash);
}
