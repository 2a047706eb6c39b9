import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/util/kubernetes/kube-api.ts';
import { objectOf, render } from '../chart/charts.ts';
import { pushBlob, pushImage } from '../support/push-image.ts';
import { programLayer } from '../support/runnable-image.ts';
import { apply } from './apply.ts';
import { pushed, SOON } from './on-nodes.ts';
import { ownKubeconfig, registry, winnowImage } from './own-cluster.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(60_000);
const labels = { app: 'registry' };
const PORT = 5055;

/** A registry that runs in the cluster, and the chart's own CronJob beside it, with the chart's rights. */
describe.skipIf(winnowImage === '')('winnow hard-prune beside a registry in a real cluster', () => {
  const address = `${registry.split(':')[0]}:${PORT}`;
  const target = `http://${address}`;
  let shop: Workshop;
  let folder: string;

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    folder = `/var/lib/${shop.namespace}`;
    const layers = [programLayer('docker-registry')];
    const entrypoint = ['/usr/bin/docker-registry', 'serve', '/etc/registry/config.yml'];
    const { named } = await pushed(shop, registry, 'docker-registry', { layers, entrypoint });
    const storage = { filesystem: { rootdirectory: '/var/lib/registry' }, delete: { enabled: true } };
    const settings = { version: 0.1, http: { addr: address, secret: 'test' }, storage };
    const data = { 'config.yml': JSON.stringify(settings) };
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'registry' }, data };
    await shop.api.post(shop.at('/api/v1/namespaces/NS/configmaps'), map, signal());
    await shop.api.post(shop.at('/apis/apps/v1/namespaces/NS/deployments'), deploymentOf(named), signal());
    const answers = async () => expect((await fetch(`${target}/v2/`)).status).toBe(200);
    await vi.waitFor(answers, SOON);
  });

  afterAll(() => shop?.close());

  function deploymentOf(image: string): Json {
    const volumeMounts = [
      { name: 'data', mountPath: '/var/lib/registry' },
      { name: 'settings', mountPath: '/etc/registry' },
    ];
    const spec = {
      // Services have no addresses without a kube-proxy: it listens at the node's own.
      ...{
        hostNetwork: true,
        terminationGracePeriodSeconds: 5,
        containers: [{ name: 'registry', image, volumeMounts }],
      },
      volumes: [
        { name: 'data', hostPath: { path: folder, type: 'DirectoryOrCreate' } },
        { name: 'settings', configMap: { name: 'registry' } },
      ],
    };
    return {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'registry' } },
      spec: {
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    };
  }

  test('switches it to read-only, removes what no manifest names, restarts it, and switches it back', async () => {
    const kept = await pushImage(target, 'app', { tag: '1' });
    const orphan = await pushBlob(target, 'app', 'nobody names this');
    const place = `deployment:${shop.namespace}/registry`;
    const objects = render(
      {
        image: { repository: `${registry}/winnow`, tag: 'real' },
        ...{ state: { persistence: false }, confirm: true },
        hardPrune: {
          ...{ enabled: true, suspend: true, volume: { hostPath: folder } },
          podSecurityContext: { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 },
          settings: {
            store: { registries: [target], readOnlySwitch: place, restartRegistry: place },
            hardPrune: { mode: 'read-only', minBlobAge: '0s', grace: '0s', hold: '0s', checkAfter: '0s' },
          },
        },
      },
      { name: shop.namespace, namespace: shop.namespace },
    );
    await apply(shop, objects.objects, false, signal());
    const cronJob = objectOf<Json>(objects, 'CronJob', `${shop.namespace}-hard-prune`);
    const { spec } = (cronJob['spec'] as { readonly jobTemplate: { readonly spec: object } }).jobTemplate;
    const [before, first] = [await template(), await podsOf('app%3Dregistry')];

    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'try' }, spec: { ...spec } };
    await shop.api.post(shop.at('/apis/batch/v1/namespaces/NS/jobs'), job, signal());
    await vi.waitFor(async () => expect(await ending()).toMatch(/^(Complete|Failed)$/), { ...SOON, timeout: 240_000 });

    expect(await ending(), await log()).toBe('Complete');
    expect(await statusOf(`app/blobs/${orphan.digest}`)).toBe(404);
    expect(await statusOf(`app/manifests/${kept.digest}`)).toBe(200);
    const after = await template();
    expect(after.spec).toEqual(before.spec);
    // No server goes on from what its memory held.
    expect((await podsOf('app%3Dregistry')).filter((name) => first.includes(name))).toEqual([]);
  }, 300_000);

  async function ending(): Promise<string> {
    const { status } = await shop.api.get(shop.at('/apis/batch/v1/namespaces/NS/jobs/try'), signal());
    const { conditions = [] } = status as { readonly conditions?: readonly { readonly type: string }[] };
    return conditions[0]?.type ?? 'running';
  }

  async function podsOf(labelled: string): Promise<readonly string[]> {
    const pods = shop.at(`/api/v1/namespaces/NS/pods?labelSelector=${labelled}`);
    const { items } = await shop.api.get(pods, signal());
    return (items as readonly { readonly metadata: { readonly name: string } }[]).map(({ metadata }) => metadata.name);
  }

  async function log(): Promise<string> {
    const [pod] = await podsOf('job-name%3Dtry');
    return await shop.api.text(shop.at(`/api/v1/namespaces/NS/pods/${pod}/log`), signal());
  }

  async function template() {
    const { spec } = await shop.api.get(shop.at('/apis/apps/v1/namespaces/NS/deployments/registry'), signal());
    return (
      spec as { readonly template: { readonly spec: object; readonly metadata: { readonly annotations?: object } } }
    ).template;
  }

  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const statusOf = async (what: string) => (await fetch(`${target}/v2/${what}`, { headers: { accept } })).status;
});
