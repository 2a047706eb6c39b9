import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from './at-end.ts';
import type { ApiObject } from './kube-api-server/api-object.ts';
import type { KubeApiServer } from './kube-api-server/kube-api-server.ts';
import { keyOf } from './kube-api-server/object-store.ts';

/*
 * This is a fake, and why: there is no cluster here with more than one node, and tests run anywhere. It stands for the Job controller, the
 * scheduler and the kubelets of all nodes, as far as a fleet of Jobs can tell: a Job gets one pod, on the node that its affinity names; the
 * pod's log is what the test's work writes; the Job ends with the pod, or after `activeDeadlineSeconds`, when the pod goes with its log. A pod
 * that mounts a ConfigMap waits for it; what a Job owns goes with it.
 */

/** A pod's only container, as it was asked for. */
export interface FakePod {
  readonly node: string;
  readonly job: string;
  readonly args: readonly string[];
  readonly spec: ApiObject;
  /** What is mounted from ConfigMaps, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Aborted when the pod is killed. */
  readonly killed: AbortSignal;
}

/** @returns the exit code */
export type FakeWork = (pod: FakePod, write: (text: string) => void) => Promise<number>;

export interface FakeKubelet {
  /** Every pod that was ever begun, in order. */
  readonly begun: readonly FakePod[];
  /** How many ran at once, at most. */
  peak(): number;
  /** How many ran at once on one node, at most. */
  peakOnANode(): number;
}

/** Has a cluster nodes with these names: ready, and Linux. */
export function putNodes(server: KubeApiServer, names: readonly string[], more: object = {}): void {
  if (!server.world.kinds.some(({ kind }) => kind === 'Node'))
    server.serve({ group: '', version: 'v1', kind: 'Node', resource: 'nodes', namespaced: false, isCustom: false });
  for (const name of names)
    server.put({
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { operatingSystem: 'linux' } },
      ...more,
    });
}

/** Runs the Jobs that are made from now on, until the test file ends. */
export function startFakeKubelet(server: KubeApiServer, work: FakeWork): FakeKubelet {
  const { store, podLogs } = server.world;
  const begun: FakePod[] = [];
  const running = new Map<string, number>();
  let active = 0;
  const peaks = { all: 0, node: 0 };
  const ends = new Set<AbortController>();

  const count = (node: string, by: 1 | -1) => {
    active += by;
    running.set(node, (running.get(node) ?? 0) + by);
    peaks.all = Math.max(peaks.all, active);
    peaks.node = Math.max(peaks.node, running.get(node) ?? 0);
  };

  async function run(job: ApiObject): Promise<void> {
    const { name = '', namespace = '' } = job.metadata ?? {};
    const { template, activeDeadlineSeconds } = job['spec'];
    const node = template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]
      .matchFields[0].values[0] as string;
    const podName = `${name}-${randomBytes(3).toString('hex')}`;
    const key = keyOf(namespace, podName);
    const metadata = { ...template.metadata, name: podName, namespace, creationTimestamp: new Date().toISOString() };
    const putPod = (status: object) =>
      server.put({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...template.spec, nodeName: node }, status });
    const end = new AbortController();
    ends.add(end);
    const files = new Map<string, Uint8Array>();
    const pod: FakePod = {
      node,
      job: name,
      args: expanded(template.spec.containers[0].args),
      spec: template.spec,
      files,
      killed: end.signal,
    };
    begun.push(pod);
    podLogs.set(key, '');
    count(node, 1);
    const start = async (write: (text: string) => void): Promise<number> => {
      putPod({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] });
      await mount(template.spec, namespace, files, end.signal);
      putPod({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] });
      return await work(pod, write);
    };
    const deadline = setTimeout(() => end.abort('deadline'), activeDeadlineSeconds * 1000);
    const killed = new Promise<'killed'>((resolve) => end.signal.addEventListener('abort', () => resolve('killed')));
    const write = (text: string) => void podLogs.set(key, `${podLogs.get(key) ?? ''}${text}`);
    const code = await Promise.race([start(write), killed]);
    clearTimeout(deadline);
    ends.delete(end);
    count(node, -1);
    if (code === 'killed') {
      server.remove('Pod', namespace, podName);
      podLogs.delete(key);
      finish(job, 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
      return;
    }
    const terminated = { exitCode: code, reason: code === 0 ? 'Completed' : 'Error' };
    putPod({ phase: code === 0 ? 'Succeeded' : 'Failed', containerStatuses: [{ state: { terminated } }] });
    if (code === 0) finish(job, 'Complete', '', '');
    else finish(job, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }

  /** Waits until all ConfigMaps of a pod are there. */
  async function mount(spec: ApiObject, namespace: string, files: Map<string, Uint8Array>, killed: AbortSignal) {
    for (const { name: volume, configMap } of (spec['volumes'] ?? []) as readonly ApiObject[]) {
      if (configMap === undefined) continue;
      const place = spec['containers'][0].volumeMounts.find((one: ApiObject) => one['name'] === volume).mountPath;
      let found = server.find('ConfigMap', namespace, configMap.name);
      for (; found === undefined && !killed.aborted; found = server.find('ConfigMap', namespace, configMap.name))
        await sleep(5);
      for (const [file, data] of Object.entries((found?.['binaryData'] ?? {}) as Record<string, string>))
        files.set(`${place}/${file}`, Buffer.from(data, 'base64'));
    }
  }

  /** As the garbage collector does. */
  function collectOwned(owner: ApiObject): void {
    for (const one of server.all('ConfigMap'))
      if ((one.metadata?.['ownerReferences'] as readonly ApiObject[] | undefined)?.[0]?.['uid'] === owner.metadata?.uid)
        server.remove('ConfigMap', one.metadata?.namespace ?? '', one.metadata?.name ?? '');
  }

  function finish(job: ApiObject, type: string, reason: string, message: string): void {
    const { name = '', namespace = '' } = job.metadata ?? {};
    const now = server.find('Job', namespace, name);
    if (now !== undefined) server.put({ ...now, status: { conditions: [{ type, status: 'True', reason, message }] } });
  }

  const stop = store.listen(({ type, object }) => {
    if (type === 'ADDED' && object.kind === 'Job') void run(object);
    if (type === 'DELETED' && object.kind === 'Job') collectOwned(object);
  });
  atEnd(() => {
    stop();
    for (const end of ends) end.abort('the test is over');
  });
  return { begun, peak: () => peaks.all, peakOnANode: () => peaks.node };
}

/** As kubelets read arguments; no variable is known. @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function expanded(args: readonly string[]): readonly string[] {
  return args.map((word) => word.replaceAll('$$', '$'));
}
