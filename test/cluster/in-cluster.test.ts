import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/util/kubernetes/kube-api.ts';
import { objectOf, render } from '../chart/charts.ts';
import type { Values } from '../support/helm-template.ts';
import { readTags } from '../support/registry-view.ts';
import { apply } from './apply.ts';
import { endPod, pushed, runPod, SOON } from './on-nodes.ts';
import { ownKubeconfig, registry, winnowImage } from './own-cluster.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(60_000);

/** What the chart makes, at work: pods with the chart's accounts and rights ask the real API server what real kubelets run. */
describe.skipIf(winnowImage === '')('in a real cluster', () => {
  let shop: Workshop;
  let values: Values;

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    const policy = { name: 'all', repositories: [`${shop.namespace}/**`], deleteMatching: ['*'], untaggedAfter: '0s' };
    values = {
      image: { repository: `${registry}/winnow`, tag: 'real' },
      state: { persistence: false },
      settings: {
        registry: { url: `http://${registry}` },
        lease: { kind: 'kubernetes' },
        limits: { maxShare: 1 },
        prune: { minAge: '0s', policies: [policy] },
      },
      prune: { enabled: true, schedule: '* * * * *', suspend: true },
    };
    await usesOfImages();
  });

  afterAll(() => shop?.close());

  const app = async (tag: string) => (await pushed(shop, registry, 'app', { tag })).named;
  const put = (path: string, body: Json) => shop.api.post(shop.at(path), body, signal());
  const get = (path: string) => shop.api.get(shop.at(path), signal());
  const tags = async () => [...(await readTags(`http://${registry}`, [`${shop.namespace}/app`])).keys()].sort();

  /** A tag that a deployment left, one that a pod runs and that was moved since, one of a CronJob, and one of nobody. */
  async function usesOfImages(): Promise<void> {
    const containers = async (tag: string) => [{ name: 'app', image: await app(tag) }];
    const labels = { app: 'web' };
    const path = '/apis/apps/v1/namespaces/NS/deployments';
    const template = async (tag: string) => ({ metadata: { labels }, spec: { containers: await containers(tag) } });
    const metadata = { name: 'web' };
    const spec = { replicas: 0, selector: { matchLabels: labels } };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata };
    await put(path, { ...deployment, spec: { ...spec, template: await template('v1') } });
    await vi.waitFor(
      async () => expect((await get(`${path}/web`))['status']).toMatchObject({ observedGeneration: 1 }),
      SOON,
    );
    await shop.api.patch(shop.at(`${path}/web`), 'merge', { spec: { template: await template('v2') } }, signal());
    await runPod(shop, 'moved', { containers: await containers('moved') });
    await pushed(shop, registry, 'app', { tag: 'moved', labels: { pushed: 'again' } });
    const pod = { restartPolicy: 'Never', containers: await containers('nightly') };
    const cronJob = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: { spec: pod } } } };
    const nightly = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'nightly' }, spec: cronJob };
    await apply(shop, [{ ...nightly, metadata: { name: 'nightly', namespace: shop.namespace } }], false, signal());
    await app('nobody');
  }

  /** A release of the chart, by a name that nothing else has. */
  const release = (name: string, more: Values) =>
    render({ ...values, ...more }, { name: `${shop.namespace}-${name}`, namespace: shop.namespace });

  /** The log of the newest pod of a Job or Deployment, as far as it is. */
  async function logOf(labels: string): Promise<string> {
    const { items } = await get(`/api/v1/namespaces/NS/pods?labelSelector=${encodeURIComponent(labels)}`);
    const [{ metadata } = { metadata: { name: 'none' } }] = items as readonly {
      readonly metadata: { readonly name: string };
    }[];
    return await shop.api.text(shop.at(`/api/v1/namespaces/NS/pods/${metadata.name}/log`), signal());
  }

  test('a Job of the chart’s CronJob keeps what pods run, a roll-back needs and a CronJob will run, and removes the rest', async () => {
    const objects = release('jobs', { confirm: true });
    await apply(shop, objects.objects, false, signal());
    const cronJob = objectOf<Json>(objects, 'CronJob', `${shop.namespace}-jobs-prune`);
    const { spec } = (cronJob['spec'] as { readonly jobTemplate: { readonly spec: object } }).jobTemplate;
    const running = await digestThatRuns();

    await put('/apis/batch/v1/namespaces/NS/jobs', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'try' },
      spec: { ...spec },
    });
    await vi.waitFor(async () => {
      const { status } = (await get('/apis/batch/v1/namespaces/NS/jobs/try')) as { readonly status: object };
      expect(status).toHaveProperty('completionTime');
    }, SOON);

    const log = await logOf('job-name=try');
    expect(await tags(), log).toEqual(['moved', 'nightly', 'v1', 'v2'].map((tag) => `${shop.namespace}/app:${tag}`));
    const manifest = await fetch(`http://${registry}/v2/${shop.namespace}/app/manifests/${running}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(manifest.status).toBe(200);
  });

  async function digestThatRuns(): Promise<string> {
    const { status } = (await get('/api/v1/namespaces/NS/pods/moved')) as {
      readonly status: { readonly containerStatuses: readonly { readonly imageID: string }[] };
    };
    return status.containerStatuses[0]?.imageID.split('@')[1] ?? '';
  }

  test('the service becomes ready, runs its schedule under a Lease, and tells by an Event that a plan waits', async () => {
    await app('nobody');
    const settings = { serve: { notices: [{ to: 'kubernetes-event' }] } };
    const { objects } = release('served', {
      prune: { enabled: true, schedule: '* * * * *', mode: 'approve', settings: {} },
      service: { enabled: true, settings },
    });
    await apply(shop, objects, false, signal());

    await vi.waitFor(async () => {
      const { status } = (await get(`/apis/apps/v1/namespaces/NS/deployments/${shop.namespace}-served-service`)) as {
        readonly status: object;
      };
      expect(status).toMatchObject({ readyReplicas: 1 });
    }, SOON);
    const told = async () => {
      const { items } = await get('/api/v1/namespaces/NS/events');
      return (items as readonly { readonly reason: string }[]).map(({ reason }) => reason);
    };
    await vi.waitFor(async () => expect(await told()).toContain('ServiceWaiting'), { ...SOON, timeout: 150_000 });
    const { items } = await get('/apis/coordination.k8s.io/v1/namespaces/NS/leases');
    expect((items as readonly object[]).length).toBeGreaterThan(0);
    await endPod(shop, 'moved');
  }, 300_000);
});
