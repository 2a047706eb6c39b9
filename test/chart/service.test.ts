import { describe, expect, test } from 'vitest';
import { examples, image, nameOf, objectOf, render, settingsOf, workload } from './charts.ts';

const rendered = render(examples.get('service') ?? {});
const { serve } = settingsOf(rendered, 'winnow-service') as { readonly serve: Serve };

interface Serve {
  readonly [setting: string]: unknown;
  readonly schedules: readonly Readonly<Record<string, unknown>>[];
}

describe('the service', () => {
  test('takes the place of CronJobs, but not of the pods on nodes', () => {
    const kinds = rendered.objects.map(nameOf);

    expect(kinds.filter((name) => name.startsWith('CronJob'))).toEqual([]);
    expect(kinds).toEqual(
      expect.arrayContaining(['Deployment winnow-service', 'DaemonSet winnow-node-gc', 'Service winnow']),
    );
  });

  test('runs what CronJobs would run, by the same values', () => {
    expect(serve.schedules).toEqual([
      {
        ...{ name: 'hard-prune', flow: 'hard-prune', cron: '0 5 * * *', mode: 'auto', suspend: true },
        ...{ config: '/etc/winnow/hard-prune.yaml', deadline: '21600s' },
      },
      {
        ...{ name: 'prune', flow: 'prune', cron: '0 4 * * *', mode: 'approve', suspend: false },
        ...{ config: '/etc/winnow/prune.yaml', deadline: '21600s' },
        ...{ timeZone: 'Europe/Berlin', jitter: '10m', catchUp: false },
      },
      {
        ...{ name: 'reconcile', flow: 'reconcile', cron: '0 3 * * *', mode: 'auto', suspend: false },
        ...{ config: '/etc/winnow/reconcile.yaml', deadline: '21600s' },
      },
    ]);
  });

  test('only plans where nothing is confirmed', () => {
    const quiet = render({ ...examples.get('service'), confirm: false });
    const { serve: quietly } = settingsOf(quiet, 'winnow-service') as { readonly serve: Serve };

    expect(quietly.schedules.map(({ name, mode }) => `${name} ${mode}`)).toEqual([
      ...['hard-prune plan', 'prune approve', 'reconcile plan'],
    ]);
  });

  test('gives each flow the settings that its CronJob would have', () => {
    const { service: _, ...values } = examples.get('service') ?? {};
    const jobs = render(values);

    for (const flow of ['reconcile', 'prune', 'hard-prune'])
      expect(settingsOf(rendered, 'winnow-service', `${flow}.yaml`)).toEqual(settingsOf(jobs, `winnow-${flow}`));
  });

  test('has the secrets and the volume that its flows need', () => {
    const { pod } = workload(rendered, 'winnow-service');

    expect(pod.containers[0].volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
      ...['/etc/winnow', '/var/lib/winnow', '/tmp'],
      ...['/run/secrets/winnow/winnow-tokens', '/run/secrets/winnow/winnow-records', '/var/lib/registry'],
    ]);
    expect(pod['affinity']).toMatchObject({ podAffinity: {} });
  });

  test('answers where probes, the Service, the Ingress and Prometheus ask', () => {
    const [container] = workload(rendered, 'winnow-service').pod.containers;
    const { port } = (serve['listen'] as string).match(/^0\.0\.0\.0:(?<port>\d+)$/)?.groups ?? {};

    expect(container['ports']).toEqual([{ name: 'http', containerPort: Number(port) }]);
    expect(container['livenessProbe']).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
    expect(container['readinessProbe']).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    expect(objectOf(rendered, 'Service', 'winnow')['spec']).toMatchObject({
      selector: { 'app.kubernetes.io/component': 'service' },
      ports: [{ port: 80, targetPort: 'http' }],
    });
    expect(objectOf(rendered, 'Ingress', 'winnow')['spec']).toMatchObject({
      rules: [{ host: 'tools.example', http: { paths: [{ path: serve['basePath'], pathType: 'Prefix' }] } }],
    });
    expect(objectOf(rendered, 'ServiceMonitor', 'winnow')['spec']).toMatchObject({
      endpoints: [{ path: '/metrics', port: 'http', authorization: { credentials: { name: 'winnow-tokens' } } }],
    });
  });

  test('keeps schedules that the settings have besides', () => {
    const { serve: more } = settingsOf(render(examples.get('replicas') ?? {}), 'gc-service') as {
      readonly serve: Serve;
    };

    expect(more.schedules.map(({ name }) => name)).toEqual(['prune', 'hourly-look']);
  });

  test('is started anew when its settings change', () => {
    const checksum = (values: object) =>
      workload(render({ ...image, service: { enabled: true }, ...values }), 'winnow-service').podMetadata.annotations?.[
        'checksum/settings'
      ];

    expect(checksum({})).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum({ prune: { enabled: true } })).not.toBe(checksum({}));
    expect(checksum({ prune: { enabled: true, settings: { limits: { maxDeletions: 1 } } } })).not.toBe(
      checksum({ prune: { enabled: true } }),
    );
  });
});

describe('replicas', () => {
  const two = examples.get('replicas') ?? {};
  const service = two['service'] as { readonly settings: object };

  test('roll over one by one and are not all taken away; a single one makes room for the next', () => {
    const many = render(two);

    expect(objectOf(many, 'Deployment', 'gc-service')['spec']).toMatchObject({ strategy: { type: 'RollingUpdate' } });
    expect(objectOf(many, 'PodDisruptionBudget', 'gc-service')['spec']).toMatchObject({ maxUnavailable: 1 });
    expect(objectOf(rendered, 'Deployment', 'winnow-service')['spec']).toMatchObject({
      strategy: { type: 'Recreate' },
    });
    expect(rendered.objects.filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
  });

  test.each([
    ['a history that only one can have', { service: { ...service, settings: {} } }, 'serve.history.kind: postgres'],
    ['a lease that only one can see', { settings: {} }, 'settings.lease.kind: kubernetes or postgres'],
    ['a volume that only one node can mount', { state: {} }, 'state.accessModes: [ReadWriteMany]'],
  ])('are refused with %s', (_, values, hint) => {
    expect(() => render({ ...two, ...values })).toThrow(hint);
  });
});
