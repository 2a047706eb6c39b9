import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type FakeWork, putNodes, startFakeKubelet } from '../../../../test/support/fake-kubelet.ts';
import type { AccessRule } from '../../../../test/support/kube-api-server/access.ts';
import { startKubeApiServer } from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { ROOT } from '../../../../test/support/markdown.ts';
import { kubernetesLeases } from '../../lease/kubernetes/kubernetes-leases.ts';
import { fleetContract } from '../contract.suite.ts';
import type { NodeJob } from '../contract.ts';
import { openKubernetesFleet } from './kubernetes-fleet.ts';
import type { KubernetesFleetSettings } from './settings.ts';

const never = new AbortController().signal;
const NAMESPACE = 'winnow-node-gc';
const quick = { attempts: 2, firstPauseMs: 1 };
const LONG_MS = 20_000;

const settings: Omit<KubernetesFleetSettings, 'kubeconfig'> = {
  namespace: NAMESPACE,
  serviceAccount: 'winnow-node-gc',
  image: 'registry.example/winnow:1',
  imagePullSecrets: [],
  mounts: [
    { path: '/run/containerd', readOnly: true, type: 'Directory' },
    { path: '/var/lib/winnow', readOnly: false, type: 'DirectoryOrCreate' },
  ],
  needsToken: false,
  deadlineMs: 60_000,
  ttlAfterFinishedMs: 3_600_000,
  resources: { cpu: '10m', memory: '96Mi' },
  pollMs: 10,
};

async function start(work: FakeWork = async () => 0) {
  const server = await startKubeApiServer();
  server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  putNodes(server, ['a', 'b']);
  const kubelet = startFakeKubelet(server, work);
  const open = async (more: Partial<KubernetesFleetSettings> = {}) => {
    const fleet = await openKubernetesFleet({ kubeconfig: server.kubeconfig, times: quick, ...settings, ...more });
    atEnd(() => fleet.close());
    return fleet;
  };
  return { server, kubelet, open };
}

const order = { node: 'a', run: 'run-1', args: ['node-gc', '--fleet-report'] };

fleetContract('kubernetes', async (nodes, work) => {
  const server = await startKubeApiServer();
  server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const { name, uid, isReady, isCordoned, os } of nodes)
    putNodes(server, [name], {
      metadata: { name, uid, labels: { 'kubernetes.io/os': 'linux' } },
      spec: { unschedulable: isCordoned },
      status: {
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }],
        nodeInfo: { operatingSystem: os },
      },
    });
  const kubelet = startFakeKubelet(server, async ({ node, args, files }, write) => {
    const plan = files.get('/etc/winnow/plan/plan.jsonl.gz');
    try {
      await work({ node, args, ...(plan !== undefined && { plan }) }, write);
      return 0;
    } catch (error) {
      return Number((error as Error).message);
    }
  });
  return {
    open: async () => {
      const fleet = await openKubernetesFleet({ kubeconfig: server.kubeconfig, times: quick, ...settings });
      atEnd(() => fleet.close());
      return fleet;
    },
    made: () => kubelet.begun.length,
    remove: ({ name }) => {
      server.remove('Job', NAMESPACE, name);
      for (const pod of server.all('Pod')) server.remove('Pod', NAMESPACE, pod.metadata?.name ?? '');
    },
  };
});

describe('a Job on a node', () => {
  test('is bound to that node whatever its taints, has its time, and no privileges', async () => {
    const { server, open } = await start();
    const fleet = await open({
      selector: 'kubernetes.io/os=linux',
      resources: { cpu: '10m', memory: '1Gi', memoryLimit: '2Gi' },
    });
    const { name } = await fleet.begin(order, never);

    const job = server.find('Job', NAMESPACE, name);
    expect(job?.['spec']).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 3600 });
    const pod = job?.['spec'].template.spec;
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      serviceAccountName: 'winnow-node-gc',
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      volumes: [
        { name: 'node-0', hostPath: { path: '/run/containerd', type: 'Directory' } },
        { name: 'node-1', hostPath: { path: '/var/lib/winnow', type: 'DirectoryOrCreate' } },
      ],
    });
    const terms = pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(terms).toEqual([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }]);
    expect(Object.keys(pod).filter((field) => /^host/.test(field))).toEqual([]);
    expect(pod.containers).toMatchObject([
      {
        image: 'registry.example/winnow:1',
        args: ['node-gc', '--fleet-report', '--node-name=a'],
        securityContext: {
          ...{ privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          ...{ capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
        },
        resources: { requests: { cpu: '10m', memory: '1Gi' }, limits: { memory: '2Gi' } },
        volumeMounts: [
          { name: 'node-0', mountPath: '/run/containerd', readOnly: true },
          { name: 'node-1', mountPath: '/var/lib/winnow' },
        ],
      },
    ]);
  });

  test('of a node with a long name has a name that a label can have, and another one than its like', async () => {
    const { open } = await start();
    const fleet = await open();
    const long = `ip-10-0-0-1.${'x'.repeat(80)}.compute.internal`;
    const names = await Promise.all(
      [long, `${long}.`, 'Node_7'].map(async (node) => (await fleet.begin({ ...order, node }, never)).name),
    );

    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])$/);
  });

  test('gets the secrets that it needs, and no token but where it asks the cluster', async () => {
    const { server, open } = await start();
    const fleet = await open({ registrySecret: 'login', imagePullSecrets: ['pull'], needsToken: true });
    const { name } = await fleet.begin(order, never);

    const pod = server.find('Job', NAMESPACE, name)?.['spec'].template.spec;
    expect(pod).toMatchObject({ automountServiceAccountToken: true, imagePullSecrets: [{ name: 'pull' }] });
    expect(pod.volumes).toContainEqual({ name: 'registry', secret: { secretName: 'login' } });
    expect(pod.containers[0].volumeMounts).toContainEqual({
      ...{ name: 'registry', mountPath: '/etc/winnow/registry', readOnly: true },
    });
  });

  test('that takes too long has failed, and why is told with what it was waiting for', async () => {
    const { server, open } = await start(() => new Promise(() => {}));
    const fleet = await open({ deadlineMs: 1000 });
    const job = await fleet.begin(order, never);
    await expect.poll(() => server.all('Pod').length).toBe(1);
    const [pod] = server.all('Pod');
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
    server.put({ ...pod, status: { phase: 'Pending', containerStatuses: [{ state: { waiting } }] } });

    expect(await fleet.awaitEnd(job, LONG_MS, never)).toMatchObject({
      state: 'failed',
      why: expect.stringMatching(/^DeadlineExceeded: .*; before that: ImagePullBackOff: Back-off pulling image "x"$/),
    });
  });

  test('that finds no place says why', async () => {
    const { server, open } = await start(() => new Promise(() => {}));
    const fleet = await open();
    const job = await fleet.begin(order, never);
    await expect.poll(() => server.all('Pod').length).toBe(1);
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3: Too many pods.' },
    ];
    server.put({ ...server.all('Pod')[0], status: { phase: 'Pending', conditions } });

    expect(await fleet.awaitEnd(job, 0, never)).toMatchObject({
      state: 'running',
      why: 'Unschedulable: 0/3: Too many pods.',
    });
  });

  test('is waited for while the API server is away', async () => {
    let finish = () => {};
    const { server, open } = await start(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(0);
        }),
    );
    const fleet = await open();
    const job = await fleet.begin(order, never);
    server.faults.push({ on: /^GET .*jobs/, times: 20, hangUp: true });
    const waiting = fleet.awaitEnd(job, LONG_MS, never);
    await expect.poll(() => server.faults[0]?.times, { timeout: LONG_MS }).toBe(0);
    finish();

    expect((await waiting).state).toBe('succeeded');
  });

  test('is made once, also when the answer to it gets lost', async () => {
    const { server, kubelet, open } = await start();
    // It is done, and the answer breaks off.
    server.faults.push({ on: /^POST/, times: 1, cutAfterBytes: 10 });

    const job = await (await open()).begin(order, never);
    expect(kubelet.begun.map((pod) => pod.job)).toEqual([job.name]);
    expect(server.requests.filter((line) => line.startsWith('POST')).length).toBe(2);
  });
});

describe('the file of a Job', () => {
  const plan = Uint8Array.from([1, 2, 3]);
  const withPlan = { ...order, plan };

  test('is a ConfigMap that nobody can alter, which the Job owns and goes with', async () => {
    const { server, open } = await start();
    const { name } = await (await open()).begin(withPlan, never);

    const job = server.find('Job', NAMESPACE, name);
    const pod = job?.['spec'].template.spec;
    expect(pod.volumes).toContainEqual({ name: 'plan', configMap: { name } });
    expect(pod.containers[0].volumeMounts).toContainEqual({
      ...{ name: 'plan', mountPath: '/etc/winnow/plan', readOnly: true },
    });
    const file = server.find('ConfigMap', NAMESPACE, name);
    expect(file).toMatchObject({ immutable: true, binaryData: { 'plan.jsonl.gz': 'AQID' } });
    expect(file?.metadata?.['ownerReferences']).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name, uid: job?.metadata?.uid },
    ]);
    server.remove('Job', NAMESPACE, name);
    expect(server.all('ConfigMap')).toEqual([]);
  });

  test('is made for a Job whose maker was killed before, and is made no more for one that has ended', async () => {
    let finish = () => {};
    const { server, open } = await start(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(0);
        }),
    );
    const fleet = await open();
    server.faults.push({ on: /^POST .*configmaps/, status: 403, message: 'User "x" cannot create configmaps' });
    await expect(fleet.begin(withPlan, never)).rejects.toMatchObject({ code: 'FLEET_FORBIDDEN' });
    server.faults.splice(0);
    const [pod] = server.all('Pod');
    expect(pod?.['status'].phase).toBe('Pending');

    const job = await fleet.begin(withPlan, never);
    await expect.poll(() => server.all('Pod')[0]?.['status'].phase).toBe('Running');
    finish();
    const ended = await fleet.awaitEnd(job, LONG_MS, never);
    expect(ended.state).toBe('succeeded');
    server.remove('ConfigMap', NAMESPACE, job.name);
    expect((await fleet.begin(withPlan, never)).state).toBe('succeeded');
    expect(server.all('ConfigMap')).toEqual([]);
  });

  test('is not given to a Job of that name which does something else', async () => {
    const { server, open } = await start(() => new Promise(() => {}));
    const fleet = await open();
    await fleet.begin(order, never);
    const job = await fleet.begin({ ...withPlan, args: ['apply', '--plan-sha256=a'] }, never);

    expect(job.orderHash).toBe(fleet.orderHash(order));
    expect(server.all('ConfigMap')).toEqual([]);
  });

  test('that the cluster finds too large refuses the Job', async () => {
    const { server, open } = await start();
    server.faults.push({ on: /^POST .*configmaps/, status: 422, message: 'Too long: must have at most 1048576 bytes' });

    await expect((await open()).begin(withPlan, never)).rejects.toMatchObject({
      code: 'FLEET_JOB_REFUSED',
      message: expect.stringMatching(/with its plan: .*Too long/),
    });
  });
});

describe('a cluster that does not want it', () => {
  const codeOf = async (work: Promise<unknown>) => {
    const error = (await work.catch((thrown: unknown) => thrown)) as { code: string; message: string };
    return `${error.code} ${error.message}`;
  };

  test('without the namespace, with a quota or a rule of admission refuses the Job', async () => {
    const { server, open } = await start();
    expect(await codeOf((await open({ namespace: 'nowhere' })).begin(order, never))).toMatch(
      /^FLEET_JOB_REFUSED making Job node-gc-a-\w+ on node a: POST .*namespaces "nowhere" not found/,
    );

    const message = 'jobs.batch "x" is forbidden: exceeded quota: few, requested: count/jobs.batch=1';
    server.faults.push({ on: /^POST/, status: 403, message });
    expect(await codeOf((await open()).begin(order, never))).toMatch(/^FLEET_JOB_REFUSED .*exceeded quota/);
  });

  test('by its roles is told from that', async () => {
    const { server, open } = await start();
    const nobody = await open({ kubeconfig: server.kubeconfigFor(server.addUser('nobody', [])) });

    expect(await codeOf(nobody.nodes(never))).toMatch(/^FLEET_FORBIDDEN listing nodes: .*nodes is forbidden/);
    expect(await codeOf(nobody.begin(order, never))).toMatch(/^FLEET_FORBIDDEN making Job/);
  });

  test('or is away fails', async () => {
    const { server, open } = await start();
    server.faults.push({ on: /./, hangUp: true });

    expect(await codeOf((await open()).nodes(never))).toMatch(/^FLEET_CLUSTER_FAILED listing nodes/);
  });

  test('or has no such context is a mistake in the settings', async () => {
    const { open } = await start();

    expect(await codeOf(open({ context: 'elsewhere' }))).toMatch(/^FLEET_SETTINGS_INVALID opening the cluster/);
  });
});

test('what docs/rbac/node-gc-fleet.yaml allows is enough, and all of it is needed', async () => {
  const { server, open } = await start(async (_, write) => {
    write('nothing\n');
    return 0;
  });
  const documents = parseAllDocuments(readFileSync(join(ROOT, 'docs/rbac/node-gc-fleet.yaml'), 'utf8')).map(
    (one) =>
      one.toJS() as {
        readonly kind: string;
        readonly metadata: { readonly name: string };
        readonly rules?: readonly AccessRule[];
      },
  );
  const rules = documents.flatMap((one) => (one.metadata.name === 'winnow-node-gc-fleet' ? (one.rules ?? []) : []));
  const single = rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ apiGroups, resources: [resource], verbs: [verb] }))),
  );
  let run = 0;
  const allWorks = async (allowed: readonly AccessRule[]) => {
    run += 1;
    const kubeconfig = server.kubeconfigFor(server.addUser(`fleet-${run}`, allowed));
    const leases = await kubernetesLeases({ kubeconfig, namespace: NAMESPACE, nowMs: Date.now });
    // One that is there, free, is taken another way than one that has to be made.
    for (const scope of ['fleet prod', `fleet ${run}`]) await (await leases.acquire(scope, 'me', never)).release();
    await leases.close();
    const fleet = await open({ kubeconfig });
    await fleet.nodes(never);
    await fleet.jobs(never);
    const again: NodeJob[] = [];
    const plan = Uint8Array.from([1]);
    for (const _ of [1, 2]) again.push(await fleet.begin({ ...order, plan, run: `run-${run}` }, never));
    const ended = await fleet.awaitEnd(again[0] as NodeJob, LONG_MS, never);
    return [ended.state, await fleet.report(ended, never)];
  };

  expect(await allWorks(rules)).toEqual(['succeeded', 'none']);
  expect(single.length).toBeGreaterThan(8);
  for (const one of single) {
    const code = one.resources[0] === 'leases' ? 'LEASE_UNAVAILABLE' : 'FLEET_FORBIDDEN';
    const without = allWorks(single.filter((other) => other !== one));
    await expect(without, `${one.verbs} ${one.resources}`).rejects.toMatchObject({ code });
  }
});
