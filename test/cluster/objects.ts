import { gzipSync } from 'node:zlib';
import type { Json } from '../../src/util/kubernetes/kube-api.ts';

/** An object to be made, and where. */
export interface Made {
  /** Below `/api/v1` or `/apis/…`, with `NS` for the namespace. */
  readonly path: string;
  readonly object: Json;
}

/** Where no cluster has a node, so that nothing is ever started. */
const NOWHERE = { 'winnow.test/nowhere': 'true' };

/** What even a namespace with the strictest pod security allows. */
const STRICT = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

export const image = (name: string) => `registry.invalid/winnow/${name}:v1`;

const container = (name: string, of: string) => ({ name, image: image(of), securityContext: STRICT });

function podSpec(of: string, more: object = {}) {
  return {
    ...{ automountServiceAccountToken: false, nodeSelector: NOWHERE, containers: [container('app', of)] },
    ...{ terminationGracePeriodSeconds: 0, ...more },
  };
}

const labels = (app: string) => ({ matchLabels: { app } });
const template = (app: string, more: object = {}) => ({ metadata: { labels: { app } }, spec: podSpec(app, more) });

/** A Helm release as Helm 3 keeps it, in a map or (once more in base64) in a Secret. */
function release(of: string): string {
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: podSpec(of) });
  const json = JSON.stringify({
    name: 'shop',
    namespace: 'shop',
    version: 1,
    info: { status: 'superseded' },
    manifest,
  });
  return gzipSync(json).toString('base64');
}

/** One of each kind that names images. Each is called like the image that it names. */
export const objects: readonly Made[] = [
  made('/api/v1/namespaces/NS/pods', 'v1', 'Pod', 'pod', {
    spec: podSpec('pod', { initContainers: [container('setup', 'init')], restartPolicy: 'Never' }),
  }),
  made('/api/v1/namespaces/NS/pods', 'v1', 'Pod', 'ended', { spec: podSpec('ended', { restartPolicy: 'Never' }) }),
  made('/api/v1/namespaces/NS/replicationcontrollers', 'v1', 'ReplicationController', 'controller', {
    spec: { replicas: 0, selector: { app: 'controller' }, template: template('controller') },
  }),
  made('/api/v1/namespaces/NS/podtemplates', 'v1', 'PodTemplate', 'template', { template: template('template') }),
  ...['Deployment', 'ReplicaSet'].map((kind) =>
    made(`/apis/apps/v1/namespaces/NS/${kind.toLowerCase()}s`, 'apps/v1', kind, kind.toLowerCase(), {
      spec: { replicas: 0, selector: labels(kind.toLowerCase()), template: template(kind.toLowerCase()) },
    }),
  ),
  made('/apis/apps/v1/namespaces/NS/statefulsets', 'apps/v1', 'StatefulSet', 'statefulset', {
    spec: { replicas: 0, serviceName: 'none', selector: labels('statefulset'), template: template('statefulset') },
  }),
  made('/apis/apps/v1/namespaces/NS/daemonsets', 'apps/v1', 'DaemonSet', 'daemonset', {
    spec: { selector: labels('daemonset'), template: template('daemonset') },
  }),
  made('/apis/apps/v1/namespaces/NS/controllerrevisions', 'apps/v1', 'ControllerRevision', 'revision', {
    revision: 1,
    data: { spec: { template: template('revision') } },
  }),
  made('/apis/batch/v1/namespaces/NS/jobs', 'batch/v1', 'Job', 'job', {
    spec: { suspend: true, template: { spec: podSpec('job', { restartPolicy: 'Never' }) } },
  }),
  made('/apis/batch/v1/namespaces/NS/cronjobs', 'batch/v1', 'CronJob', 'cronjob', {
    spec: {
      ...{ suspend: true, schedule: '0 0 1 1 *' },
      jobTemplate: { spec: { template: { spec: podSpec('cronjob', { restartPolicy: 'Never' }) } } },
    },
  }),
  made('/api/v1/namespaces/NS/secrets', 'v1', 'Secret', 'release-secret', {
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(release('release-secret')).toString('base64') },
  }),
  made('/api/v1/namespaces/NS/configmaps', 'v1', 'ConfigMap', 'release-map', {
    data: { release: release('release-map') },
  }),
];

function made(path: string, apiVersion: string, kind: string, name: string, rest: object): Made {
  const owner = name.startsWith('release-') ? { labels: { owner: 'helm' } } : {};
  return { path, object: { apiVersion, kind, metadata: { name, ...owner }, ...rest } };
}
