import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import type { SnapshotWorkload } from '../../src/evidence/snapshot/format.ts';
import { workloadsIn } from '../../src/evidence/snapshot/workloads-in.ts';
import { clusterErrors, openCluster } from '../../src/systems/cluster/index.ts';
import { image, objects } from './objects.ts';
import { documentedRules, nameOf, openWorkshop, type Workshop } from './workshop.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const signal = () => AbortSignal.timeout(90_000);

/** What must hold of any cluster that is asked through its API. @param open - gives a kubeconfig of an admin */
export function clusterSuite(title: string, open: () => Promise<string>): void {
  describe(title, () => {
    let shop: Workshop;

    beforeAll(async () => {
      shop = await openWorkshop(await open(), objects);
      await setStatus('ended', { phase: 'Succeeded' });
      const waiting = { name: 'app', image: image('pod'), ready: false, restartCount: 0, state: { waiting: {} } };
      await setStatus('pod', { containerStatuses: [{ ...waiting, imageID: `registry.invalid/winnow/pod@${DIGEST}` }] });
    });

    afterAll(() => shop?.close());

    const setStatus = (pod: string, status: object) =>
      shop.api.patch(`${shop.at('/api/v1/namespaces/NS/pods')}/${pod}/status`, 'merge', { status }, signal());

    async function survey(kubeconfig = shop.kubeconfig) {
      const surroundings = { readSnapshot: async () => undefined, nowMs: () => Date.now() };
      const cluster = await openCluster({ kind: 'kubernetes', name: 'test', kubeconfig }, surroundings);
      const { evidence, sink } = collectEvidence();
      await cluster.uses({ extractors: [] }).survey(sink, signal());
      await cluster.close();
      const ours = [...workloadsIn(evidence, 'test')].filter(({ namespace }) => namespace === shop.namespace);
      const byName = new Map(ours.map((workload) => [`${workload.kind}/${workload.name}`, workload]));
      return { evidence, byName };
    }

    const named = (all: ReadonlyMap<string, SnapshotWorkload>, kind: unknown, name: string) =>
      all.get(`${kind}/${name}`);

    test('tells what each kind of object uses, and that it is used', async () => {
      const { byName } = await survey();

      for (const made of shop.objects) {
        const [kind, name] = [made.object['kind'], nameOf(made)];
        expect(named(byName, kind, name)?.uses, `${kind} ${name}`).toContain(image(name));
        expect(named(byName, kind, name)?.holds.length, `${kind} ${name}`).toBe(name === 'ended' ? 0 : 1);
      }
    });

    test('tells of a pod what it was asked to run, and what it really runs', async () => {
      const { byName } = await survey();

      const uses = named(byName, 'Pod', 'pod')?.uses;
      expect([...(uses ?? [])].sort()).toEqual([image('init'), image('pod'), `registry.invalid/winnow/pod@${DIGEST}`]);
    });

    test('keeps the time at which something was made', async () => {
      const { byName } = await survey();

      const { createdAtMs = 0 } = named(byName, 'Pod', 'ended') ?? {};
      expect(Math.abs(Date.now() - createdAtMs)).toBeLessThan(600_000);
    });

    test('gives the same list in chunks of one, and selects', async () => {
      const names = async (options: object) => {
        const found: string[] = [];
        for await (const { kind, metadata } of shop.api.list(shop.at('/api/v1/namespaces/NS/pods'), options, signal()))
          found.push(`${kind}/${(metadata as { readonly name: string }).name}`);
        return found.sort();
      };

      expect(await names({ limit: 1 })).toEqual(await names({}));
      expect(await names({ limit: 1 })).toEqual(expect.arrayContaining(['Pod/ended', 'Pod/pod']));
      expect(await names({ fieldSelector: 'status.phase=Succeeded' })).toEqual(['Pod/ended']);
      expect(await names({ labelSelector: 'winnow.test/none' })).toEqual([]);
    });

    test('refuses to change or delete what is not as it was seen', async () => {
      const path = shop.at('/api/v1/namespaces/NS/configmaps/release-map');
      const seen = await shop.api.get(path, signal());
      await shop.api.patch(path, 'merge', { metadata: { annotations: { seen: 'no' } } }, signal());

      const { resourceVersion } = seen['metadata'] as { readonly resourceVersion: string };
      const conflict = { failure: 'refused', status: 409, reason: 'Conflict' };
      await expect(shop.api.put(path, seen, signal())).rejects.toMatchObject(conflict);
      await expect(shop.api.delete(path, { resourceVersion }, signal())).rejects.toMatchObject(conflict);
    });

    test('can be read with the documented role, without a gap', async () => {
      const reader = await shop.accountWith('reader', documentedRules('prune.yaml'));
      const { evidence, byName } = await survey(reader);

      expect(evidence.gaps).toEqual([]);
      expect(byName.size).toBeGreaterThanOrEqual(objects.length);
    });

    test('says which rule is missing to whom it refuses something', async () => {
      const rules = documentedRules('prune.yaml').map(({ resources, ...rule }) => ({
        ...{ ...rule, resources: resources.filter((resource) => !['secrets', 'jobs'].includes(resource)) },
      }));
      const { evidence, byName } = await survey(await shop.accountWith('limited', rules));

      expect(evidence.gaps.map(({ scope, hides, hint }) => ({ scope, hides, hint }))).toEqual(
        expect.arrayContaining(
          [
            ['', 'secrets'],
            ['batch', 'jobs'],
          ].map(([group, resource]) => ({
            ...{ scope: '', hides: 'holds' },
            hint: `grant {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["list"]} to the user whom the message names`,
          })),
        ),
      );
      expect(evidence.gaps.length).toBe(2);
      expect(named(byName, 'Pod', 'pod')).toBeDefined();
    });

    test('tells a stranger to log in', async () => {
      const { evidence } = await survey(await shop.strangersKubeconfig());

      expect(evidence.gaps).toMatchObject([
        { scope: '', hides: 'holds', hint: clusterErrors.CLUSTER_UNAUTHORIZED.hint },
      ]);
    });

    test('has no image API unless it is an OpenShift', async () => {
      const surroundings = { readSnapshot: async () => undefined, nowMs: () => 0 };
      const cluster = await openCluster(
        { kind: 'kubernetes', name: 'test', kubeconfig: shop.kubeconfig },
        surroundings,
      );
      const { groups } = await shop.api.get('/apis', signal());
      const isOpenshift = JSON.stringify(groups).includes('image.openshift.io');

      expect((await cluster.imageApi(signal())) !== undefined).toBe(isOpenshift);
      await cluster.close();
    });
  });
}
