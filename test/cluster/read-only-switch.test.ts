import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReadOnlySwitch, openRegistryRestart } from '../../src/systems/read-only-switch/index.ts';
import { pushed } from './on-nodes.ts';
import { ownKubeconfig, registry, winnowImage } from './own-cluster.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(100_000);
const timing = { pollMs: 500, timeoutMs: 90_000 };
const labels = { app: 'registry' };

/** Roll-outs by the real controllers, with no more rights than the chart gives. */
describe.skipIf(winnowImage === '')('a registry that runs as a Deployment', () => {
  let shop: Workshop;
  let kubeconfig: string;
  const path = () => shop.at('/apis/apps/v1/namespaces/NS/deployments/registry');
  const named = () => `deployment:${shop.namespace}/registry`;

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    kubeconfig = await shop.accountWith(
      'switch',
      [],
      [
        { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['registry'], verbs: ['get', 'patch'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      ],
    );
    const { named: image } = await pushed(shop, registry, 'registry');
    const env = [{ name: 'REGISTRY_LOG_LEVEL', value: 'warn' }];
    const spec = { terminationGracePeriodSeconds: 3, containers: [{ name: 'registry', image, env }] };
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'registry' } },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    };
    await shop.api.post(shop.at('/apis/apps/v1/namespaces/NS/deployments'), deployment, signal());
  });

  afterAll(() => shop?.close());

  /** Names of the pods that are there, and the environment that each of them has. */
  async function pods() {
    const { items } = await shop.api.get(shop.at('/api/v1/namespaces/NS/pods'), signal());
    const all = items as readonly {
      readonly metadata: { readonly name: string };
      readonly spec: { readonly containers: readonly { readonly env: object }[] };
    }[];
    return {
      names: all.map(({ metadata }) => metadata.name).sort(),
      env: all.map(({ spec }) => spec.containers[0]?.env),
    };
  }

  test('is switched to read-only, and back to just how it was', async () => {
    const readOnly = await openReadOnlySwitch(named(), { kubeconfig }, timing);
    const before = await shop.api.get(path(), signal());
    const remembered = await readOnly.remember(signal());

    await readOnly.switchOn(remembered, signal());
    const on = await pods();
    await readOnly.switchBack(remembered, signal());
    const back = await pods();
    const after = await shop.api.get(path(), signal());

    const own = { name: 'REGISTRY_LOG_LEVEL', value: 'warn' };
    const added = { name: 'REGISTRY_STORAGE_MAINTENANCE_READONLY', value: '{"enabled":true}' };
    expect(on.env).toEqual(Array.from({ length: 2 }, () => expect.arrayContaining([own, added])));
    expect(back.env).toEqual([[own], [own]]);
    expect(back.names.filter((name) => on.names.includes(name))).toEqual([]);
    expect(after['spec']).toEqual(before['spec']);
    await readOnly.close();
  });

  test('is restarted: no pod of before is left', async () => {
    const restart = await openRegistryRestart(named(), { kubeconfig }, timing);
    const before = await pods();

    await restart?.restart(Date.now(), signal());

    const after = await pods();
    expect(after.names).toHaveLength(2);
    expect(after.names.filter((name) => before.names.includes(name))).toEqual([]);
    await restart?.close();
  });
});
