import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import { openCluster } from '../../src/systems/cluster/index.ts';
import { exampleEvent } from '../../src/systems/events/contract.suite.ts';
import { kubernetesEvents } from '../../src/systems/events/kubernetes/kubernetes-events.ts';
import { kubernetesLeases } from '../../src/systems/lease/kubernetes/kubernetes-leases.ts';
import { openReadOnlySwitch, openRegistryRestart } from '../../src/systems/read-only-switch/index.ts';
import { type KubeObject, objectsIn, type Rendered, type Values } from '../support/helm-template.ts';
import type { AccessRule } from '../support/kube-api-server/access.ts';
import type { ApiObject } from '../support/kube-api-server/api-object.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { examples, image, nameOf, objectOf, render, workload } from './charts.ts';

const documented = (file: string, role: string) =>
  rulesOf(objectsIn(readFileSync(`docs/rbac/${file}`, 'utf8')), 'ClusterRole', role);

function rulesOf(objects: readonly KubeObject[], kind: string, name: string): readonly AccessRule[] {
  const role = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (role === undefined) throw new Error(`no ${kind} ${name} among ${objects.map(nameOf).join(', ')}`);
  return role['rules'] as readonly AccessRule[];
}

/** Each group with each of its resources and verbs, in order: `apps/replicasets list`. */
const singly = (rules: readonly AccessRule[]): readonly string[] =>
  rules
    .flatMap(({ apiGroups = [], resources = [], resourceNames = ['*'], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => `${group}/${resource} ${name} ${verb}`)),
        ),
      ),
    )
    .sort();

const roles = ({ objects }: Rendered) => objects.filter(({ kind }) => kind.endsWith('Role')).map(nameOf);
const only = (flow: object): Values => ({ ...image, ...flow });

describe('rights of a flow', () => {
  const sameAs = (rendered: Rendered, name: string, file: string, role: string) =>
    expect(singly(rulesOf(rendered.objects, 'ClusterRole', name))).toEqual(singly(documented(file, role)));

  test('are those of docs/rbac/prune.yaml for prune and for snapshots', () => {
    const snapshot = { enabled: true, to: 'oci://registry.example/snapshots:eu' };

    sameAs(render(only({ prune: { enabled: true } })), 'winnow-winnow-prune', 'prune.yaml', 'winnow-prune');
    sameAs(render(only({ snapshot })), 'winnow-winnow-snapshot', 'prune.yaml', 'winnow-prune');
  });

  test('are those of docs/rbac/prune-images.yaml for OpenShift’s pruner, each of them only where it is asked for', () => {
    const { pruneImages, ...others } = examples.get('openshift') ?? {};
    const rendered = render({ ...others, pruneImages: { ...(pruneImages as object), imagePruner: true } });

    sameAs(rendered, 'winnow-winnow-prune-images-uses', 'prune.yaml', 'winnow-prune');
    sameAs(rendered, 'winnow-winnow-prune-images', 'prune-images.yaml', 'winnow-prune-images');
    sameAs(rendered, 'winnow-winnow-prune-images-undo', 'prune-images.yaml', 'winnow-undo-images');
    expect(roles(render(only({ pruneImages: { enabled: true, confirm: true } })))).toEqual([
      ...['ClusterRole winnow-winnow-prune-images-uses', 'ClusterRole winnow-winnow-prune-images'],
    ]);
  });

  test('change nothing in a dry run of OpenShift’s pruner', () => {
    const dry = render(only({ pruneImages: { enabled: true } }));
    const approved = render(only({ pruneImages: { enabled: true, mode: 'approve' }, service: { enabled: true } }));

    expect(singly(rulesOf(dry.objects, 'ClusterRole', 'winnow-winnow-prune-images'))).toEqual([
      ...['/limitranges * list', 'image.openshift.io/images * list'],
    ]);
    expect(singly(rulesOf(approved.objects, 'ClusterRole', 'winnow-winnow-prune-images'))).toEqual(
      singly(documented('prune-images.yaml', 'winnow-prune-images')).filter((rule) => !rule.includes('imagepruners')),
    );
  });

  test('are those of docs/rbac/node-gc-fleet.yaml for the run through all nodes; its Jobs have none', () => {
    const rendered = render(examples.get('fleet') ?? {});
    const ofFleet = objectsIn(readFileSync('docs/rbac/node-gc-fleet.yaml', 'utf8'));

    sameAs(rendered, 'winnow-winnow-node-fleet', 'node-gc-fleet.yaml', 'winnow-node-gc-fleet');
    const inNamespace = ['winnow-node-fleet', 'winnow-node-fleet-leases'].flatMap((name) =>
      rulesOf(rendered.objects, 'Role', name),
    );
    expect(singly(inNamespace)).toEqual(singly(rulesOf(ofFleet, 'Role', 'winnow-node-gc-fleet')));
    expect(roles(rendered)).toEqual([
      ...['Role winnow-node-fleet-leases', 'ClusterRole winnow-winnow-node-fleet', 'Role winnow-node-fleet'],
    ]);
  });

  test.each([
    ['reconcile', { registryReconcile: { enabled: true, confirm: true } }],
    ['hard-prune that switches nothing', { hardPrune: { enabled: true, confirm: true } }],
    ['node-gc that names no cluster', { nodeGc: { enabled: true, confirm: true } }],
    ['prune by files', { prune: { enabled: true, settings: { clusters: ['manifests:/srv/gitops'] } } }],
    [
      'prune by other clusters',
      {
        prune: {
          enabled: true,
          settings: { clusters: [{ kind: 'kubernetes', name: 'eu', kubeconfig: '/run/secrets/winnow/eu/config' }] },
        },
      },
    ],
    ['the service itself', { service: { enabled: true } }],
  ])('are none for %s', (_, values) => {
    expect(roles(render(only(values)))).toEqual([]);
  });

  test('of node-gc do not grow by settings that are meant for all', () => {
    const settings = { clusters: ['kubernetes'], lease: { kind: 'kubernetes' } };

    expect(roles(render(only({ settings, nodeGc: { enabled: true } })))).toEqual([]);
    sameAs(render(examples.get('nodes') ?? {}), 'winnow-winnow-node-gc', 'prune.yaml', 'winnow-prune');
  });

  test('belong to the service where it runs the flow, and two releases do not share them', () => {
    const values = only({ prune: { enabled: true }, service: { enabled: true } });
    const subjects = (rendered: Rendered, name: string) =>
      objectOf<{ readonly subjects: unknown }>(rendered, 'ClusterRoleBinding', name).subjects;

    expect(subjects(render(values), 'winnow-winnow-prune')).toEqual([
      { kind: 'ServiceAccount', namespace: 'winnow', name: 'winnow-service' },
    ]);
    expect(subjects(render(values, { namespace: 'other' }), 'other-winnow-prune')).toEqual([
      { kind: 'ServiceAccount', namespace: 'other', name: 'winnow-service' },
    ]);
  });
});

/** A cluster with what the chart makes, and a login of one of its accounts. */
async function clusterWith(rendered: Rendered, account: string, openshift = false) {
  const server = await startKubeApiServer({ openshift });
  for (const object of rendered.objects) if (/Role/.test(object.kind)) server.put(object as unknown as ApiObject);
  const name = `system:serviceaccount:winnow:${account}`;
  const token = server.world.tokens.give({ name, groups: ['system:authenticated'] });
  return { server, kubeconfig: server.kubeconfigFor(token) };
}

describe('on a cluster that obeys roles', () => {
  const signal = AbortSignal.timeout(30_000);

  test('prune sees everything that may name images', async () => {
    const { kubeconfig } = await clusterWith(render(only({ prune: { enabled: true } })), 'winnow-prune', true);
    const cluster = await openCluster(
      { kind: 'openshift', name: 'prod', kubeconfig },
      { readSnapshot: async () => undefined, nowMs: () => 0 },
    );
    const { sink, evidence } = collectEvidence();
    await cluster.uses({ extractors: [] }).survey(sink, signal);
    await cluster.close();

    expect(evidence.gaps).toEqual([]);
  });

  test('leases are taken, renewed and given back, in the namespace that the settings name and nowhere else', async () => {
    const { server, kubeconfig } = await clusterWith(render(examples.get('bucket') ?? {}), 'pruner');
    const keeper = (namespace: string) => kubernetesLeases({ namespace, kubeconfig, ttlMs: 60_000 });

    await (await (await keeper('winnow-leases')).acquire('a', 'us', signal)).release();
    await (await (await keeper('winnow-leases')).acquire('a', 'us', signal)).release();

    expect(server.all('Lease').length).toBe(1);
    await expect((await keeper('winnow')).acquire('a', 'us', signal)).rejects.toMatchObject({
      code: 'LEASE_UNAVAILABLE',
    });
  });

  test('notices of the service become Events, in the namespaces that its settings name and nowhere else', async () => {
    const notices = [{ to: 'kubernetes-event' }, { to: 'kubernetes-event', namespace: 'ops' }];
    const rendered = render(only({ service: { enabled: true, settings: { serve: { notices } } } }));
    const { server, kubeconfig } = await clusterWith(rendered, 'winnow-service');
    const send = async (namespace: string) => {
      const sink = kubernetesEvents({ namespace, kubeconfig, pod: { name: 'winnow-service-0' } });
      await sink.send(exampleEvent({ type: 'service.waiting', level: 'warn', text: 'The plan waits.' }), signal);
      await sink.close();
    };

    await send('winnow');
    await send('ops');

    expect(server.all('Event').map(({ metadata }) => metadata?.namespace)).toEqual(['ops', 'winnow']);
    await expect(send('kube-system')).rejects.toThrow('forbidden');
    const env = workload(rendered, 'winnow-service').pod.containers[0].env?.map(({ name }) => name);
    expect(env).toEqual(['POD_NAME', 'POD_UID']);
  });

  test('hard-prune switches and restarts the registry that its settings name, and no other', async () => {
    const store = { readOnlySwitch: 'deployment:registry/docker-registry' };
    const values = only({
      hardPrune: { enabled: true, settings: { store: { ...store, restartRegistry: store.readOnlySwitch } } },
    });
    const rendered = render(values);
    const { server, kubeconfig } = await clusterWith(rendered, 'winnow-hard-prune');
    putDeployments(server);
    const timing = { pollMs: 1, timeoutMs: 1000 };
    const { readOnlySwitch } = store;
    const registry = await openReadOnlySwitch(readOnlySwitch, { kubeconfig }, timing);
    const other = await openReadOnlySwitch('deployment:registry/other', { kubeconfig }, timing);
    const restart = await openRegistryRestart(readOnlySwitch, { kubeconfig }, timing);

    const before = await registry.remember(signal);
    await registry.switchOn(before, signal);
    await registry.switchBack(before, signal);
    await restart?.restart(Date.UTC(2026, 0, 1), signal);

    expect(roles(rendered)).toEqual(['Role winnow-hard-prune-registry']);
    expect(server.requests.filter((line) => line.startsWith('PATCH')).length).toBe(3);
    await expect(other.remember(signal)).rejects.toMatchObject({ code: 'READ_ONLY_CLUSTER_FAILED' });
  });

  test('hard-prune lists what names images only where untagged manifests go that its own cluster may use', () => {
    const rolesWith = (settings: object) => roles(render(only({ hardPrune: { enabled: true, settings } })));
    const deleteUntagged = { hardPrune: { deleteUntagged: true } };

    const rendered = render(
      only({ hardPrune: { enabled: true, settings: { ...deleteUntagged, clusters: ['kubernetes'] } } }),
    );
    sameAsPrune(rendered, 'winnow-winnow-hard-prune-uses');
    expect(workload(rendered, 'winnow-hard-prune').pod.automountServiceAccountToken).toBe(true);
    expect(rolesWith({ clusters: ['kubernetes'] })).toEqual([]);
    expect(rolesWith(deleteUntagged)).toEqual([]);
    expect(rolesWith({ ...deleteUntagged, clusters: ['manifests:/srv/gitops'] })).toEqual([]);
  });

  test('hard-prune switches OpenShift’s registry by its operator’s settings alone', () => {
    const { objects } = render(examples.get('openshift') ?? {});

    expect(singly(rulesOf(objects, 'ClusterRole', 'winnow-winnow-hard-prune-switch'))).toEqual([
      ...[
        'imageregistry.operator.openshift.io/configs cluster get',
        'imageregistry.operator.openshift.io/configs cluster patch',
      ],
    ]);
    expect(objectOf({ objects, texts: new Map() }, 'Role', 'winnow-hard-prune-registry').metadata.namespace).toBe(
      'openshift-image-registry',
    );
  });
});

function sameAsPrune({ objects }: Rendered, name: string): void {
  expect(singly(rulesOf(objects, 'ClusterRole', name))).toEqual(singly(documented('prune.yaml', 'winnow-prune')));
}

/** Two registries, whose controllers keep up with every change at once. */
function putDeployments(server: KubeApiServer): void {
  const deployment = (name: string) => ({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'registry', name, generation: 1 } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'registry', image: 'registry:2' }] },
      },
    },
    status: { observedGeneration: 1000, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  });
  for (const name of ['docker-registry', 'other']) server.put(deployment(name) as unknown as ApiObject);
}
