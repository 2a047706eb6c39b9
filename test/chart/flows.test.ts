import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { examples, image, objectOf, render, settingsOf, workload } from './charts.ts';

const example = (name: string) => render(examples.get(name) ?? {});
const specOf = (rendered: ReturnType<typeof render>, name: string) =>
  objectOf<{ readonly spec: Readonly<Record<string, unknown>> }>(rendered, 'CronJob', name).spec;

describe('the reconciliation of OpsChain’s registry', () => {
  const rendered = example('opschain');

  test('is switched on, named and scheduled by the values that its own chart has', () => {
    const none = render({ ...image, registryReconcile: { schedule: '0 1 * * *' } });

    expect(specOf(rendered, 'winnow-reconcile')).toMatchObject({ schedule: '0 3 * * *', timeZone: 'Europe/Berlin' });
    expect(settingsOf(rendered, 'winnow-reconcile')).toMatchObject({ cluster: 'prod-eu', stateDir: '/var/lib/winnow' });
    expect(none.objects.filter(({ kind }) => kind === 'CronJob')).toEqual([]);
  });

  test('reads its settings and secrets where its pod has them', () => {
    const [container] = workload(rendered, 'winnow-reconcile').pod.containers;
    const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);

    expect(container.args).toEqual(['reconcile', '--config=/etc/winnow/winnow.yaml']);
    expect(mounts).toEqual([
      '/etc/winnow',
      '/var/lib/winnow',
      '/tmp',
      '/run/secrets/winnow/registry-credentials',
      '/run/secrets/winnow/winnow-db',
    ]);
    expect(JSON.stringify(settingsOf(rendered, 'winnow-reconcile'))).toContain(
      '/run/secrets/winnow/winnow-db/password',
    );
  });

  test('takes the cluster’s name from one place: two that differ are refused', () => {
    const settings = { cluster: 'prod-us' };

    expect(() => render({ ...examples.get('opschain'), settings })).toThrow(
      'db.cnpg.clusterName is prod-eu, settings.cluster is prod-us: give one of them',
    );
    expect(() => render({ ...examples.get('opschain'), settings: { cluster: 'prod-eu' } })).not.toThrow();
  });
});

describe('a CronJob', () => {
  test('never runs twice at a time, and is not tried again by itself', () => {
    expect(specOf(example('opschain'), 'winnow-reconcile')).toMatchObject({
      ...{ concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 3600, suspend: false },
      ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3 },
      jobTemplate: {
        spec: {
          ...{ backoffLimit: 0, activeDeadlineSeconds: 21_600, ttlSecondsAfterFinished: 86_400 },
          template: { spec: { restartPolicy: 'Never' } },
        },
      },
    });
  });

  test('can have limits of its own, zero too', () => {
    const flow = { enabled: true, successfulJobsHistoryLimit: 0, ttlSecondsAfterFinished: 60, suspend: true };
    const rendered = render({
      ...image,
      jobs: { failedJobsHistoryLimit: 9 },
      prune: flow,
      registryReconcile: { enabled: true },
    });

    expect(specOf(rendered, 'winnow-prune')).toMatchObject({
      ...{ suspend: true, successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 9 },
      jobTemplate: { spec: { ttlSecondsAfterFinished: 60 } },
    });
    expect(specOf(rendered, 'winnow-reconcile')).toMatchObject({ successfulJobsHistoryLimit: 3, suspend: false });
  });

  test('keeps what it remembers on the release’s claim, on another, or not at all', () => {
    const stateOf = (state: object) =>
      workload(render({ ...image, state, prune: { enabled: true } }), 'winnow-prune').pod.volumes.find(
        ({ name }) => name === 'state',
      );

    expect(stateOf({})).toEqual({ name: 'state', persistentVolumeClaim: { claimName: 'winnow-state' } });
    expect(stateOf({ existingClaim: 'mine' })).toMatchObject({ persistentVolumeClaim: { claimName: 'mine' } });
    expect(stateOf({ persistence: false })).toEqual({ name: 'state', emptyDir: {} });
  });

  test.each(['opschain', 'openshift', 'nodes', 'bucket', 'fleet'])(
    'of the example %s calls a command with flags that there are',
    (name) => {
      const rendered = example(name);
      const calls = rendered.objects
        .filter(({ kind }) => kind === 'CronJob' || kind === 'DaemonSet')
        .map(({ metadata }) => workload(rendered, metadata.name).pod.containers[0].args);

      expect(calls.length).toBeGreaterThan(0);
      for (const words of calls) expect(unknownFlags(words)).toEqual([]);
      expect(unknownFlags(['prune', '--confrim'])).toEqual(['--confrim']);
    },
  );
});

describe('--confirm', () => {
  const argsOf = (values: object, name: string) =>
    workload(render({ ...image, ...values }), name).pod.containers[0].args;
  const flows = {
    prune: { enabled: true },
    snapshot: { enabled: true, to: 'oci://registry.example/snapshots:eu' },
    nodeGc: { enabled: true },
  };

  test('is there for all flows by one word, and for none without it', () => {
    expect(argsOf(flows, 'winnow-prune')).not.toContain('--confirm');
    expect(argsOf({ ...flows, confirm: true }, 'winnow-prune').at(-1)).toBe('--confirm');
    expect(argsOf({ ...flows, confirm: true }, 'winnow-node-gc').at(-1)).toBe('--confirm');
  });

  test('is there for one flow by its own word, which goes before that of all', () => {
    const one = { ...flows, prune: { enabled: true, confirm: true } };
    const allButOne = { ...flows, confirm: true, prune: { enabled: true, confirm: false } };

    expect(argsOf(one, 'winnow-prune')).toContain('--confirm');
    expect(argsOf(one, 'winnow-node-gc')).not.toContain('--confirm');
    expect(argsOf(allButOne, 'winnow-prune')).not.toContain('--confirm');
  });

  test('is never given to a snapshot, which deletes nothing', () => {
    expect(argsOf({ ...flows, confirm: true }, 'winnow-snapshot')).toEqual([
      'snapshot',
      '--to=oci://registry.example/snapshots:eu',
      '--config=/etc/winnow/winnow.yaml',
    ]);
  });
});

describe('OpenShift’s pruner', () => {
  const rendered = example('openshift');
  const { pod, ...job } = workload(rendered, 'winnow-prune-images');

  test('takes what an ImagePruner says of images', () => {
    expect(settingsOf(rendered, 'winnow-prune-images')).toMatchObject({
      clusters: [{ kind: 'openshift' }],
      pruneImages: {
        ...{ keepTagRevisions: 5, keepYoungerThanDuration: '96h', keepYoungerThan: 3_600_000_000_000 },
        ...{ ignoreInvalidImageReferences: true, logLevel: 'Debug' },
      },
    });
  });

  test('takes what an ImagePruner says of its jobs', () => {
    expect(job['spec']).toMatchObject({
      ...{ schedule: '0 0 * * *', suspend: false, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 5 },
    });
    expect(pod).toMatchObject({
      nodeSelector: { 'node-role.kubernetes.io/infra': '' },
      tolerations: [{ key: 'node-role.kubernetes.io/infra', operator: 'Exists' }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] } },
      containers: [{ resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '4Gi' } } }],
    });
  });

  test('goes by the defaults of Winnow where an ImagePruner says nothing, and its words go before settings', () => {
    const settings = { pruneImages: { keepTagRevisions: 7, numWorkers: 2 } };
    const quiet = render({ ...image, pruneImages: { enabled: true, settings } });
    const said = render({ ...image, pruneImages: { enabled: true, settings, keepTagRevisions: 0 } });

    expect(settingsOf(quiet, 'winnow-prune-images')['pruneImages']).toEqual({ keepTagRevisions: 7, numWorkers: 2 });
    expect(settingsOf(said, 'winnow-prune-images')['pruneImages']).toEqual({ keepTagRevisions: 0, numWorkers: 2 });
  });

  test('reads the cluster’s own ImagePruner where that is asked for, by a flag that there is', () => {
    const values = { ...image, pruneImages: { enabled: true, imagePruner: true } };
    const { args } = workload(render(values), 'winnow-prune-images').pod.containers[0];
    const service = settingsOf(render({ ...values, service: { enabled: true } }), 'winnow-service');

    expect(args).toEqual(['prune', 'images', '--config=/etc/winnow/winnow.yaml', '--image-pruner=cluster']);
    expect(unknownFlags(args)).toEqual([]);
    expect(service['serve']).toMatchObject({ schedules: [{ arguments: ['--image-pruner=cluster'] }] });
  });
});

describe('hard-prune', () => {
  test('is beside the registry: on its volume, on its node, and knows what lies there', () => {
    const values = {
      enabled: true,
      volume: { existingClaim: 'registry', mountPath: '/data', subPath: 'trow', kind: 'trow-files' },
      registryPods: { app: 'trow' },
    };
    const rendered = render({ ...image, hardPrune: values });
    const { pod } = workload(rendered, 'winnow-hard-prune');

    expect(settingsOf(rendered, 'winnow-hard-prune')['store']).toEqual({ address: 'trow-files:/data' });
    expect(pod.volumes).toContainEqual({ name: 'registry', persistentVolumeClaim: { claimName: 'registry' } });
    expect(pod.containers[0].volumeMounts).toContainEqual({
      ...{ name: 'registry', mountPath: '/data', subPath: 'trow', readOnly: true },
    });
    expect(pod['affinity']).toEqual({
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'trow' } } },
        ],
      },
    });
  });

  test('can be on a folder of a node, and needs no volume for a bucket', () => {
    const onNode = render({ ...image, hardPrune: { enabled: true, volume: { hostPath: '/srv/registry' } } });

    expect(workload(onNode, 'winnow-hard-prune').pod.volumes).toContainEqual({
      ...{ name: 'registry', hostPath: { path: '/srv/registry', type: 'Directory' } },
    });
    expect(workload(example('bucket'), 'winnow-hard-prune').pod.volumes.map(({ name }) => name)).not.toContain(
      'registry',
    );
  });

  test('keeps an address that the settings give, and an affinity beside that to the registry', () => {
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
    const rendered = render({
      ...image,
      hardPrune: {
        enabled: true,
        affinity: { nodeAffinity },
        volume: { existingClaim: 'registry' },
        registryPods: { app: 'registry' },
        settings: { store: { address: 'distribution-fs:/var/lib/registry/other' } },
      },
    });

    expect(settingsOf(rendered, 'winnow-hard-prune')['store']).toEqual({
      address: 'distribution-fs:/var/lib/registry/other',
    });
    expect(workload(rendered, 'winnow-hard-prune').pod['affinity']).toMatchObject({ nodeAffinity, podAffinity: {} });
  });
});

describe('settings of a flow', () => {
  test('are merged over those of all: maps are merged, lists are replaced, false and zero count', () => {
    const rendered = render({
      ...image,
      settings: {
        registry: { url: 'registry.example', forceInsecure: true, retries: 5, repositories: ['a', 'b'] },
        limits: { maxDeletions: 10 },
      },
      prune: { enabled: true, settings: { registry: { forceInsecure: false, retries: 0, repositories: ['c'] } } },
      registryReconcile: { enabled: true },
    });

    expect(settingsOf(rendered, 'winnow-prune')).toMatchObject({
      registry: { url: 'registry.example', forceInsecure: false, retries: 0, repositories: ['c'] },
      limits: { maxDeletions: 10 },
    });
    expect(settingsOf(rendered, 'winnow-reconcile')).toMatchObject({ registry: { forceInsecure: true, retries: 5 } });
  });

  test('give every flow what is needed to know its clusters: the one that it is in, unless they say otherwise', () => {
    const clusters = ['manifests:/srv/gitops'];

    expect(settingsOf(render({ ...image, prune: { enabled: true } }), 'winnow-prune')['clusters']).toEqual([
      { kind: 'kubernetes' },
    ]);
    expect(
      settingsOf(render({ ...image, settings: { clusters }, prune: { enabled: true } }), 'winnow-prune')['clusters'],
    ).toEqual(clusters);
  });
});

test('an image is named by its digest, its tag or the chart’s version, and has to be named', () => {
  const imageOf = (image: object) =>
    workload(render({ image, prune: { enabled: true } }), 'winnow-prune').pod.containers[0].image;
  const repository = 'registry.example/winnow';
  const digest = `sha256:${'a'.repeat(64)}`;

  expect(imageOf({ repository })).toBe('registry.example/winnow:0.1.0');
  expect(imageOf({ repository, tag: 'main' })).toBe('registry.example/winnow:main');
  expect(imageOf({ repository, tag: 'main', digest })).toBe(`registry.example/winnow@${digest}`);
  expect(() => imageOf({})).toThrow('image.repository: name the place of your image');
});

/** Flags that the command of these words does not have. */
function unknownFlags(words: readonly string[]): readonly string[] {
  let command = createProgram();
  const rest = [...words];
  for (let next = rest[0]; next !== undefined && !next.startsWith('-'); next = rest[0]) {
    const found = command.commands.find((one) => one.name() === next);
    if (found === undefined) throw new Error(`there is no command ${next}`);
    command = found;
    rest.shift();
  }
  const known = command.options.map(({ long }) => long);
  return rest.map((word) => word.split('=')[0] ?? '').filter((flag) => !known.includes(flag));
}
