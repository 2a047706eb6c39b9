import { describe, expect, test } from 'vitest';
import { examples, image, objectOf, render, workload, workloads } from './charts.ts';

const everything = {
  ...image,
  registryReconcile: { enabled: true },
  prune: { enabled: true },
  pruneImages: { enabled: true },
  hardPrune: { enabled: true, volume: { existingClaim: 'registry' } },
  nodeGc: { enabled: true, fleet: { enabled: true } },
  snapshot: { enabled: true, to: 'oci://registry.example/snapshots:eu' },
};
const asJobs = render(everything);
const asService = render({ ...everything, service: { enabled: true } });
const pods = [...workloads(asJobs), ...workloads(asService)].map(
  (one) => [`${one.kind} ${one.metadata.name}`, one] as const,
);

describe('every pod', () => {
  test.each(pods)('%s: has no privileges, no capabilities, and a root that it can not write to', (_, { pod }) => {
    expect(pod.containers.length).toBe(1);
    expect(pod.containers[0].securityContext).toEqual({
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.securityContext).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(Object.keys(pod).filter((field) => /^host/.test(field))).toEqual([]);
  });

  test.each(pods)('%s: is user 65532, but on nodes, where the socket is root’s', (_, { pod, metadata }) => {
    const { runAsNonRoot, runAsUser } = pod.securityContext;

    expect({ runAsNonRoot, runAsUser }).toEqual(
      metadata.name === 'winnow-node-gc'
        ? { runAsNonRoot: false, runAsUser: 0 }
        : { runAsNonRoot: true, runAsUser: 65532 },
    );
  });

  test.each(pods)(
    '%s: has a token only if it asks the API, and its account has none by itself',
    (_, { pod, metadata }) => {
      const asks = [
        'winnow-prune',
        'winnow-prune-images',
        'winnow-snapshot',
        'winnow-node-fleet',
        'winnow-service',
      ].includes(metadata.name);
      const rendered = metadata.name === 'winnow-service' ? asService : asJobs;

      expect(pod.automountServiceAccountToken).toBe(asks);
      expect(objectOf(rendered, 'ServiceAccount', pod.serviceAccountName)).toMatchObject({
        automountServiceAccountToken: false,
      });
    },
  );

  test.each(pods)('%s: asks for resources, and mounts what its volumes are', (_, { pod }) => {
    const [container] = pod.containers;

    expect(container['resources']).toMatchObject({ requests: { cpu: expect.anything(), memory: expect.anything() } });
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(pod.volumes.map(({ name }) => name).sort());
    expect(pod.volumes.filter((volume) => 'hostPath' in volume).length).toBe(
      pod.serviceAccountName === 'winnow-node-gc' ? 3 : 0,
    );
  });

  test.each(pods)('%s: has volumes that the level `restricted` allows, but on nodes', (_, { pod, metadata }) => {
    const allowed = ['configMap', 'emptyDir', 'persistentVolumeClaim', 'secret'];
    const others = pod.volumes.flatMap(({ name: _name, ...source }) =>
      Object.keys(source).filter((kind) => !allowed.includes(kind)),
    );

    expect([...new Set(others)]).toEqual(metadata.name === 'winnow-node-gc' ? ['hostPath'] : []);
  });

  test.each(pods)('%s: only plans', (_, { pod }) => {
    expect(pod.containers[0].args).not.toContain('--confirm');
  });
});

describe('a dry run of hard-prune', () => {
  const mountOf = (values: object) => {
    const rendered = render({ ...everything, ...values });
    const { pod } = workload(rendered, 'service' in values ? 'winnow-service' : 'winnow-hard-prune');
    return pod.containers[0].volumeMounts.find(({ name }) => name === 'registry');
  };

  test('can not write to the storage; a confirmed one can', () => {
    expect(mountOf({})).toEqual({ name: 'registry', mountPath: '/var/lib/registry', readOnly: true });
    expect(mountOf({ confirm: true })).toMatchObject({ readOnly: false });
  });

  test('is the same in the service, unless a plan may be approved there', () => {
    const service = { enabled: true };
    const hardPrune = { ...everything.hardPrune, mode: 'approve' };

    expect(mountOf({ service })).toMatchObject({ readOnly: true });
    expect(mountOf({ service, hardPrune })).toMatchObject({ readOnly: false });
  });
});

describe('whose the pods are', () => {
  test('can be changed for all and for one: what is given is merged over the usual', () => {
    const rendered = render({
      ...everything,
      podSecurityContext: { runAsUser: 1000, supplementalGroups: [2000] },
      securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } },
      prune: { enabled: true, podSecurityContext: { runAsUser: 1001 } },
    });

    expect(workload(rendered, 'winnow-reconcile').pod.securityContext).toMatchObject({
      ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 65532, supplementalGroups: [2000] },
    });
    expect(workload(rendered, 'winnow-prune').pod.securityContext).toMatchObject({ runAsUser: 1001 });
    expect(workload(rendered, 'winnow-node-gc').pod.securityContext).toMatchObject({ runAsUser: 0 });
    expect(workload(rendered, 'winnow-prune').pod.containers[0].securityContext).toMatchObject({
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    });
  });

  test('can be left to OpenShift, which gives each namespace users of its own', () => {
    const nobody = { runAsUser: null, runAsGroup: null, fsGroup: null };
    const rendered = render({ ...everything, podSecurityContext: nobody });

    expect(workload(rendered, 'winnow-reconcile').pod.securityContext).toEqual({
      ...{ runAsNonRoot: true, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    });
  });

  test('is those of the registry’s files for hard-prune, in the service as well', () => {
    const owner = { runAsUser: 1000330000, runAsGroup: 0, fsGroup: 1000330000 };
    const values = { ...everything, hardPrune: { ...everything.hardPrune, podSecurityContext: owner } };

    expect(workload(render(values), 'winnow-hard-prune').pod.securityContext).toMatchObject(owner);
    const service = render({ ...values, service: { enabled: true } });
    expect(workload(service, 'winnow-service').pod.securityContext).toMatchObject(owner);
  });
});

describe('the network', () => {
  test('reaches no pod of a flow, and the service on its port alone', () => {
    const rendered = render(examples.get('service') ?? {});

    expect(objectOf(rendered, 'NetworkPolicy', 'winnow')['spec']).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'winnow', 'app.kubernetes.io/instance': 'winnow' } },
      policyTypes: ['Ingress'],
      ingress: [],
    });
    expect(objectOf(rendered, 'NetworkPolicy', 'winnow-service')['spec']).toMatchObject({
      podSelector: { matchLabels: { 'app.kubernetes.io/component': 'service' } },
      ingress: [{ ports: [{ port: 'http', protocol: 'TCP' }], from: [{ namespaceSelector: {} }] }],
    });
  });

  test('can be closed from within, but for names and what is said', () => {
    const policy = objectOf(render(examples.get('bucket') ?? {}), 'NetworkPolicy', 'winnow')['spec'] as {
      readonly policyTypes: readonly string[];
      readonly egress: readonly { readonly ports: readonly { readonly port: number }[] }[];
    };

    expect(policy.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(policy.egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53], [5000]]);
  });
});
