import type { ApiObject } from './kube-api-server/api-object.ts';
import { startKubeApiServer } from './kube-api-server/kube-api-server.ts';

/*
 * The API server of the tests with one Deployment, a registry of two containers, and OpenShift's image registry operator in it, and with
 * what their controllers would do: a change takes a few looks until it is rolled out.
 */

interface Env {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

export interface FakeKubeApi {
  /** A kubeconfig file for it. */
  readonly kubeconfig: string;
  /** Environment of the registry's container. */
  readonly env: Env[];
  /** OpenShift's `spec.readOnly`. */
  readOnly: boolean;
  /** Looks until a change is rolled out. */
  looksNeeded: number;
  /** What the pods' condition says instead of getting ready. */
  stuck: boolean;
  /** Statuses to answer with, first come first served; 200 when there are none. */
  readonly failures: number[];
  /** Runs before a change of the Deployment is answered: what its controller would do to the registry. */
  onChange: (env: readonly Env[]) => Promise<void>;
  /** `PATCH deployments/registry`, in order. */
  readonly asked: readonly string[];
}

const DEPLOYMENT = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'apps', name: 'registry' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'registry' } },
    template: {
      spec: { containers: [{ name: 'proxy' }, { name: 'registry', env: [{ name: 'OTHER', value: 'stays' }] }] },
    },
  },
};
const CONFIG = {
  ...{ apiVersion: 'imageregistry.operator.openshift.io/v1', kind: 'Config', metadata: { name: 'cluster' } },
  spec: { readOnly: false },
};

export async function startFakeKubeApi(): Promise<FakeKubeApi> {
  const server = await startKubeApiServer({ openshift: true });
  const deployment = () => server.find('Deployment', 'apps', 'registry') as ApiObject;
  const config = () => server.find('Config', undefined, 'cluster') as ApiObject;
  let looks = 0;
  const fake: FakeKubeApi = {
    ...{ kubeconfig: server.kubeconfig, looksNeeded: 3, stuck: false, failures: [], onChange: async () => undefined },
    get env() {
      return envOf(deployment());
    },
    get readOnly() {
      return config()['spec'].readOnly;
    },
    set readOnly(readOnly) {
      server.put({ ...config(), spec: { readOnly } });
    },
    get asked() {
      return server.requests.map((line) => line.replace(/ .*\/(deployments|configs|pods)/, ' $1'));
    },
  };
  const control = () => {
    server.put({ ...deployment(), status: deploymentStatus(deployment(), looks, fake) });
    server.put({ ...config(), status: configStatus(config(), looks, fake) });
    const isOldLeft = looks <= fake.looksNeeded;
    if (!isOldLeft) return server.remove('Pod', 'apps', 'old-pod');
    server.put(podOf('old-pod', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  };
  server.put(DEPLOYMENT);
  server.put(CONFIG);
  server.put(podOf('new-pod', {}));
  server.hooks.push({
    before: (line) => {
      const status = fake.failures.shift();
      if (status !== undefined) server.faults.push({ on: /./, times: 1, status, message: 'the fake says no' });
      if (line.startsWith('GET') && !line.includes('/pods')) looks += 1;
      control();
    },
    after: async (line) => {
      if (!line.startsWith('PATCH')) return;
      looks = 0;
      if (line.includes('/deployments/')) await fake.onChange(envOf(deployment()));
    },
  });
  return fake;
}

function envOf(deployment: ApiObject): Env[] {
  const containers = deployment['spec'].template.spec.containers as { name: string; env: Env[] }[];
  return containers.find(({ name }) => name === 'registry')?.env ?? [];
}

type Looks = Pick<FakeKubeApi, 'looksNeeded' | 'stuck'>;

function deploymentStatus({ metadata }: ApiObject, looks: number, { looksNeeded, stuck }: Looks): object {
  const isNew = looks >= looksNeeded && !stuck;
  const condition = stuck
    ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
    : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
  return {
    observedGeneration: seen(metadata, looks),
    ...{ replicas: isNew ? 2 : 3, updatedReplicas: isNew ? 2 : 1, availableReplicas: 2 },
    conditions: [condition],
  };
}

function configStatus({ metadata }: ApiObject, looks: number, { looksNeeded }: Looks): object {
  const isDone = looks > looksNeeded;
  return {
    observedGeneration: seen(metadata, looks),
    conditions: [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: isDone ? 'False' : 'True', message: 'rolling out' },
    ],
  };
}

/** The first look after a change comes before its controller's. */
const seen = (metadata: ApiObject['metadata'], looks: number) => (metadata?.generation ?? 1) - (looks <= 1 ? 1 : 0);

const podOf = (name: string, metadata: object) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'apps', name, labels: { app: 'registry' }, ...metadata } },
});
