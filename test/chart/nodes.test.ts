import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRuntimeAddress } from '../../src/systems/runtime/index.ts';
import { objectsIn } from '../support/helm-template.ts';
import { type Container, examples, image, objectOf, type PodSpec, render, settingsOf, workload } from './charts.ts';

const documented = objectsIn(readFileSync('docs/rbac/node-gc.yaml', 'utf8')).filter(({ kind }) => kind === 'DaemonSet');
const [documentedPod] = documented.map(({ spec }) => (spec as DaemonSetSpec).template.spec) as [PodSpec];
const ours = workload(render({ ...image, nodeGc: { enabled: true } }), 'winnow-node-gc').pod;

interface DaemonSetSpec {
  readonly template: { readonly spec: PodSpec };
}

/** Where on the node a path of the pod lies, and how. */
function onNode(pod: PodSpec, path: string): unknown {
  const mount = pod.containers[0].volumeMounts.find(({ mountPath }) => mountPath === path);
  const volume = pod.volumes.find(({ name }) => name === mount?.name);
  return { ...(volume?.['hostPath'] as object), readOnly: mount?.readOnly ?? false };
}

describe('the pods on nodes', () => {
  test('have of the node what those of docs/rbac/node-gc.yaml have', () => {
    for (const path of ['/run/containerd', '/var/lib/winnow', '/var/lib/containerd'])
      expect(onNode(ours, path)).toEqual(onNode(documentedPod, path));
    expect(nodeNameOf(ours.containers[0])).toEqual(nodeNameOf(documentedPod.containers[0]));
  });

  test('run on every Linux node, whatever its taints, as root without anything that root can do', () => {
    for (const field of [
      'nodeSelector',
      'tolerations',
      'automountServiceAccountToken',
      'terminationGracePeriodSeconds',
    ])
      expect([field, ours[field]]).toEqual([field, documentedPod[field]]);
    expect(ours.securityContext).toMatchObject({ runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } });
    expect({ ...ours.containers[0].securityContext, ...ours.securityContext }).toMatchObject(
      documentedPod.containers[0].securityContext,
    );
  });

  test('wake up by themselves, and work through the socket that the values name', () => {
    const rendered = render(examples.get('nodes') ?? {});
    const { pod } = workload(rendered, 'winnow-node-gc');
    const { nodeGc, lease } = settingsOf(rendered, 'winnow-node-gc') as {
      nodeGc: { runtime: string };
      lease?: unknown;
    };
    const { socket } = parseRuntimeAddress(nodeGc.runtime);

    expect(pod.containers[0].args).toEqual([
      ...['node-gc', '--every=1h', '--config=/etc/winnow/winnow.yaml', '--confirm'],
    ]);
    expect(onNode(pod, socket.slice(0, socket.lastIndexOf('/')))).toMatchObject({ path: '/run/k3s/containerd' });
    expect(onNode(pod, '/var/lib/rancher/k3s/agent/containerd')).toMatchObject({ readOnly: true });
    expect(nodeGc).toMatchObject({ highWatermark: 80, images: { minUnusedAge: '24h' } });
    expect(lease).toBeUndefined();
  });

  test.each([
    ['docker:///var/run/docker.sock', '/var/run'],
    ['containerd:///run/containerd/containerd.sock?namespace=default', '/run/containerd'],
  ])('mount the folder of %s', (runtime, folder) => {
    const { pod } = workload(render({ ...image, nodeGc: { enabled: true, runtime } }), 'winnow-node-gc');

    expect(onNode(pod, folder)).toMatchObject({ path: folder, type: 'Directory' });
  });

  test('are replaced a few at a time', () => {
    const rendered = render({ ...image, nodeGc: { enabled: true, maxUnavailable: 3 } });

    expect(objectOf(rendered, 'DaemonSet', 'winnow-node-gc')['spec']).toMatchObject({
      updateStrategy: { rollingUpdate: { maxUnavailable: 3 } },
    });
  });
});

describe('the run through all nodes', () => {
  const rendered = render(examples.get('fleet') ?? {});
  const { pod, ...job } = workload(rendered, 'winnow-node-fleet');
  const fleetFile = objectsIn(readFileSync('docs/rbac/node-gc-fleet.yaml', 'utf8'));

  test('has Jobs made of this image, of an account without rights, with the folders that the values name', () => {
    const { nodeGc, lease } = settingsOf(rendered, 'winnow-node-fleet') as { nodeGc: object; lease: unknown };

    expect(nodeGc).toEqual({
      runtime: 'cri:///run/k3s/containerd/containerd.sock',
      images: { minUnusedAge: '24h' },
      fleet: {
        ...{ image: 'registry.example:5000/tools/winnow:0.1.0', namespace: 'winnow', serviceAccount: 'winnow-node-gc' },
        ...{ stateDir: '/var/lib/winnow', imagesPath: '/var/lib/rancher/k3s/agent/containerd' },
        ...{ imagePullSecrets: ['registry-credentials'], parallelism: 5, selector: 'node-role.kubernetes.io/worker=' },
      },
    });
    expect(lease).toEqual({ kind: 'kubernetes' });
    expect(objectOf(rendered, 'ServiceAccount', 'winnow-node-gc')).toMatchObject({
      automountServiceAccountToken: false,
    });
  });

  test('goes on with a run that was killed, as docs/rbac/node-gc-fleet.yaml has it', () => {
    const theirs = fleetFile.find(({ kind }) => kind === 'CronJob')?.['spec'] as {
      readonly jobTemplate: {
        readonly spec: { readonly backoffLimit: number; readonly template: { readonly spec: PodSpec } };
      };
    };
    const theirPod = theirs.jobTemplate.spec.template.spec;
    const runOf = ({ env = [] }: Container) => env.find(({ name }) => name === 'RUN');

    expect(pod.containers[0].args).toEqual([
      ...['node-gc', '--all-nodes', '--fleet-run=$(RUN)', '--config=/etc/winnow/winnow.yaml', '--confirm'],
    ]);
    expect(runOf(pod.containers[0])).toEqual(runOf(theirPod.containers[0]));
    expect(pod['terminationGracePeriodSeconds']).toBe(theirPod['terminationGracePeriodSeconds']);
    expect(job['spec']).toMatchObject({
      jobTemplate: { spec: { backoffLimit: theirs.jobTemplate.spec.backoffLimit } },
    });
    expect(exitCodesOf(job['spec'])).toEqual(exitCodesOf(theirs));
  });

  test('is run by the service where there is one', () => {
    const service = render({ ...examples.get('fleet'), service: { enabled: true } });
    const { serve } = settingsOf(service, 'winnow-service') as {
      readonly serve: { readonly schedules: readonly object[] };
    };

    expect(serve.schedules).toEqual([
      expect.objectContaining({
        name: 'node-fleet',
        flow: 'node-fleet',
        config: '/etc/winnow/node-fleet.yaml',
        mode: 'auto',
      }),
    ]);
    expect(service.objects.filter(({ kind }) => kind === 'CronJob')).toEqual([]);
  });
});

/** With which it is not begun again. */
function exitCodesOf(spec: unknown): unknown {
  const { jobTemplate } = spec as {
    jobTemplate: { spec: { podFailurePolicy: { rules: { onExitCodes: { values: unknown } }[] } } };
  };
  return jobTemplate.spec.podFailurePolicy.rules.map(({ onExitCodes }) => onExitCodes.values);
}

function nodeNameOf({ env = [] }: Container): unknown {
  return env.find(({ name }) => name === 'NODE_NAME');
}
