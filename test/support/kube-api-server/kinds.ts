/** A kind that the server serves. */
export interface ServedKind {
  /** The core group is the empty string. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Its name in URLs. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Its status is written at `/status` only. */
  readonly hasStatus?: boolean;
  /** An update must say which version it changes. */
  readonly isConditional?: boolean;
  /** An update of what is not there makes it. */
  readonly isMadeByUpdate?: boolean;
  /** Comes from a CustomResourceDefinition: no strategic merge, and items of lists say what they are. */
  readonly isCustom?: boolean;
}

export const groupVersion = ({ group, version }: ServedKind) => (group === '' ? version : `${group}/${version}`);

/** `apps/deployments`; the core group's are `pods`. As in messages and rules. */
export const resourceName = ({ group, resource }: ServedKind) => (group === '' ? resource : `${resource}.${group}`);

/** Reads `Kind resource, Kind resource`; `!`: of no namespace, `-`: without a status of its own. */
function kindsOf(group: string, version: string, lines: string): ServedKind[] {
  return lines
    .trim()
    .split(/\s*,\s*/)
    .map((line) => {
      const [, kind = '', resource = '', marks = ''] = /^(\w+) (\w+)([!-]*)$/.exec(line) ?? [];
      return { group, version, kind, resource, namespaced: !marks.includes('!'), hasStatus: !marks.includes('-') };
    });
}

/** What every cluster has, as far as it matters here. */
export const kubernetesKinds: readonly ServedKind[] = [
  ...kindsOf('', 'v1', 'Namespace namespaces!, Pod pods, ReplicationController replicationcontrollers'),
  ...kindsOf('', 'v1', 'Secret secrets-, ConfigMap configmaps-, ServiceAccount serviceaccounts-'),
  ...kindsOf('', 'v1', 'LimitRange limitranges-, PodTemplate podtemplates-'),
  ...kindsOf('apps', 'v1', 'Deployment deployments, ReplicaSet replicasets, StatefulSet statefulsets'),
  ...kindsOf('apps', 'v1', 'DaemonSet daemonsets, ControllerRevision controllerrevisions-'),
  ...kindsOf('batch', 'v1', 'Job jobs, CronJob cronjobs'),
  ...kindsOf('coordination.k8s.io', 'v1', 'Lease leases-').map((kind) => ({
    ...conditional(kind),
    isMadeByUpdate: true,
  })),
  ...kindsOf('events.k8s.io', 'v1', 'Event events-'),
  ...kindsOf('rbac.authorization.k8s.io', 'v1', 'Role roles-, RoleBinding rolebindings-'),
  ...kindsOf('rbac.authorization.k8s.io', 'v1', 'ClusterRole clusterroles!-, ClusterRoleBinding clusterrolebindings!-'),
];

/** What an OpenShift has besides. */
export const openshiftKinds: readonly ServedKind[] = [
  ...kindsOf('apps.openshift.io', 'v1', 'DeploymentConfig deploymentconfigs'),
  ...kindsOf('build.openshift.io', 'v1', 'Build builds, BuildConfig buildconfigs'),
  ...kindsOf('image.openshift.io', 'v1', 'ImageStream imagestreams, Image images!-').map(conditional),
  ...kindsOf('imageregistry.operator.openshift.io', 'v1', 'Config configs!, ImagePruner imagepruners!').map(custom),
];

/** Their updates must say which version they change; Kubernetes' own need not. */
function conditional(kind: ServedKind): ServedKind {
  return { ...kind, isConditional: true };
}

function custom(kind: ServedKind): ServedKind {
  return { ...kind, isCustom: true };
}
