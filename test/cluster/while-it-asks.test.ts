import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import { workloadsIn } from '../../src/evidence/snapshot/workloads-in.ts';
import type { ImageExtractor } from '../../src/systems/cluster/contract.ts';
import { clusterErrors, openCluster } from '../../src/systems/cluster/index.ts';
import { openKubeApi } from '../../src/util/kubernetes/kube-api.ts';
import { type CustomKind, defineKind } from './custom-kinds.ts';
import { SOON } from './on-nodes.ts';
import { ownKubeconfig, winnowImage } from './own-cluster.ts';
import { documentedRules, openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(90_000);

/** What takes an administrator of one's own: kinds are defined, accounts go, and lists expire within seconds. */
describe.skipIf(winnowImage === '')('while it asks a cluster', () => {
  const till: CustomKind = { group: 'winnow-test.example', kind: 'Till', resource: 'tills', isNamespaced: true };
  let shop: Workshop;

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    await defineKind(shop, till);
  });

  afterAll(() => shop?.close());

  async function survey(kubeconfig: string, extractors: readonly ImageExtractor[] = []) {
    const surroundings = { readSnapshot: async () => undefined, nowMs: () => Date.now() };
    const cluster = await openCluster({ kind: 'kubernetes', name: 'test', kubeconfig }, surroundings);
    const { evidence, sink } = collectEvidence();
    await cluster.uses({ extractors }).survey(sink, signal());
    await cluster.close();
    const uses = [...workloadsIn(evidence, 'test')].filter(({ namespace }) => namespace === shop.namespace);
    return { gaps: evidence.gaps, uses: uses.flatMap((workload) => workload.uses) };
  }

  test('a list that expires in its middle is begun anew, and nothing of it is missed', async () => {
    const path = shop.at('/api/v1/namespaces/NS/configmaps');
    const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    for (const name of ['a', 'b', 'c', 'd']) await shop.api.post(path, map(name), signal());
    const { metadata } = await shop.api.get(`${path}?limit=1`, signal());
    const { continue: next } = metadata as { readonly continue: string };
    const found = new Set<string>();
    const items = shop.api.list(path, { limit: 1 }, signal());
    const take = async () => {
      const { value, done } = await items.next();
      if (done !== true) found.add((value['metadata'] as { readonly name: string }).name);
      return done !== true;
    };

    await take();
    const older = async () => await shop.api.get(`${path}?limit=1&continue=${encodeURIComponent(next)}`, signal());
    await vi.waitFor(() => expect(older()).rejects.toMatchObject({ status: 410, reason: 'Expired' }), SOON);
    while (await take());

    expect([...found]).toEqual(expect.arrayContaining(['a', 'b', 'c', 'd']));
  });

  test('a custom resource is read by what the settings say of it, and only with a rule for it', async () => {
    const image = 'registry.invalid/winnow/till:v1';
    const path = shop.at('/apis/winnow-test.example/v1/namespaces/NS/tills');
    const one = { apiVersion: 'winnow-test.example/v1', kind: 'Till', metadata: { name: 'one' }, spec: { image } };
    await shop.api.post(path, one, signal());
    const extractor = { group: till.group, kind: till.kind, resource: till.resource, images: ['$.spec.image'] };
    const rules = documentedRules('prune.yaml');
    const rule = { apiGroups: [till.group], resources: [till.resource], verbs: ['list'] };

    const without = await survey(await shop.accountWith('without', rules), [extractor]);
    const having = await survey(await shop.accountWith('having', [...rules, rule]), [extractor]);

    expect(without.uses).not.toContain(image);
    expect(without.gaps).toMatchObject([
      {
        hint: expect.stringContaining(
          'grant {apiGroups: ["winnow-test.example"], resources: ["tills"], verbs: ["list"]}',
        ),
      },
    ]);
    expect(having).toMatchObject({ uses: expect.arrayContaining([image]), gaps: [] });
  });

  test('an account that was removed hides everything, and the message says to log in', async () => {
    const kubeconfig = await shop.accountWith('going', documentedRules('prune.yaml'));
    expect((await survey(kubeconfig)).gaps).toEqual([]);
    await shop.api.delete(shop.at('/api/v1/namespaces/NS/serviceaccounts/going'), {}, signal());
    const api = await openKubeApi({ kubeconfig });
    await vi.waitFor(() => expect(api.get('/api', signal())).rejects.toMatchObject({ status: 401 }), SOON);
    await api.close();

    expect((await survey(kubeconfig)).gaps).toMatchObject([
      { scope: '', hides: 'holds', hint: clusterErrors.CLUSTER_UNAUTHORIZED.hint },
    ]);
  });
});
