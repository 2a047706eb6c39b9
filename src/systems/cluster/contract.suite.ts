import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import { formatResource, type ResourceId } from '../../evidence/resource.ts';
import type { Cluster, ImageExtractor, KubeObject } from './contract.ts';

/** What an implementation gives to be tried. */
export interface ClusterHarness {
  /** A cluster `prod` that has these objects. */
  open(objects: readonly KubeObject[], settings: { readonly mayHold?: readonly string[] }): Promise<Cluster>;
  /** One that has them, and breaks off before it has told of all. */
  openBroken(objects: readonly KubeObject[], settings: { readonly mayHold?: readonly string[] }): Promise<Cluster>;
}

const DIGEST = `sha256:${'d'.repeat(64)}`;
const created = '2026-05-04T03:02:01Z';
const createdAtMs = Date.UTC(2026, 4, 4, 3, 2, 1);

const container = (name: string, image: string) => ({ name, image });
const template = (...containers: object[]) => ({ template: { metadata: {}, spec: { containers } } });

const meta = (namespace: string, name: string) => ({ namespace, name, creationTimestamp: created });
const pod = (name: string, phase: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: meta('shop', name) },
  spec: { containers: [container('app', 'registry.example/shop/web:v1')] },
  status: {
    phase,
    containerStatuses: [{ name: 'app', imageID: `docker-pullable://registry.example/shop/web@${DIGEST}` }],
  },
});
const deployment: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('shop', 'web') },
  spec: { replicas: 0, selector: {}, ...template(container('app', 'registry.example/shop/web:v2')) },
};
const cronJob: KubeObject = {
  ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: meta('jobs', 'nightly') },
  spec: { schedule: '0 0 * * *', jobTemplate: { spec: template(container('dump', 'backup')) } },
};
const buildConfig: KubeObject = {
  ...{ apiVersion: 'build.openshift.io/v1', kind: 'BuildConfig', metadata: meta('shop', 'web') },
  spec: { strategy: { sourceStrategy: { from: { kind: 'ImageStreamTag', name: 'builder:1' } } } },
};
const rollout: KubeObject = {
  ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: meta('shop', 'canary') },
  spec: template(container('app', 'registry.example/shop/canary:v3')),
};
const robot: KubeObject = {
  ...{ apiVersion: 'example.com/v1', kind: 'Robot', metadata: meta('shop', 'r2') },
  spec: { arms: [{ image: 'registry.example/shop/arm:left' }, { image: 'registry.example/shop/arm:right' }] },
};
/** How its images are found. */
export const robotExtractor: ImageExtractor = {
  ...{ group: 'example.com', kind: 'Robot', resource: 'robots', images: ['$.spec.arms[*].image'] },
};

/** What a survey said, a line each, in order of the letters. */
async function factsOf(cluster: Cluster, extractors: readonly ImageExtractor[] = []) {
  const { evidence, sink } = collectEvidence();
  await cluster.uses({ extractors }).survey(sink, new AbortController().signal);
  const { resources, edges, holds } = evidence;
  const word = (id: ResourceId) =>
    resources.kind(id) === 'workload'
      ? `${resources.scope(id)}/${resources.key(id)}`
      : formatResource(resources.at(id));
  const lines: string[] = [];
  for (let id = 0; id < resources.size; id += 1)
    if (evidence.exists(id)) lines.push(`${word(id)} exists since ${evidence.about(id).createdAtMs ?? 'unknown'}`);
  for (let n = 0; n < edges.length; n += 1)
    lines.push(`${word(edges.from[n] as number)} uses ${word(edges.to[n] as number)}`);
  for (let n = 0; n < holds.length; n += 1) lines.push(`${word(holds.resources[n] as number)}: ${holds.by(n)}`);
  return { lines: [...new Set(lines)].sort(), gaps: evidence.gaps };
}

/** What every kind of cluster does. Every implementation runs it: given the same objects, the same facts. */
export function describeCluster(implementation: string, harness: ClusterHarness): void {
  const using = async (cluster: Promise<Cluster>, act: (cluster: Cluster) => Promise<void>) => {
    const opened = await cluster;
    await act(opened).finally(() => opened.close());
  };

  describe(`the cluster ${implementation}`, () => {
    test('states who uses which images, just as they were written', async () => {
      await using(harness.open([pod('web-1', 'Running'), deployment, cronJob, buildConfig], {}), async (cluster) => {
        const { lines, gaps } = await factsOf(cluster);
        expect(gaps).toEqual([]);
        expect(lines).toEqual(
          [
            `prod/shop/Pod/web-1 exists since ${createdAtMs}`,
            'prod/shop/Pod/web-1 uses registry.example/shop/web:v1',
            `prod/shop/Pod/web-1 uses registry.example/shop/web@${DIGEST}`,
            'prod/shop/Pod/web-1: Pod shop/web-1, container app (Running)',
            `prod/shop/Deployment/web exists since ${createdAtMs}`,
            'prod/shop/Deployment/web uses registry.example/shop/web:v2',
            'prod/shop/Deployment/web: Deployment shop/web, container app',
            `prod/jobs/CronJob/nightly exists since ${createdAtMs}`,
            'prod/jobs/CronJob/nightly uses backup',
            'prod/jobs/CronJob/nightly: CronJob jobs/nightly, container dump',
            `prod/shop/BuildConfig/web exists since ${createdAtMs}`,
            'prod/shop/BuildConfig/web uses imagestream shop/builder:1',
            'prod/shop/BuildConfig/web: BuildConfig shop/web, source strategy',
          ].sort(),
        );
      });
    });

    test('lets nobody hold a pod that has ended, and says how old it is', async () => {
      await using(harness.open([pod('done', 'Succeeded'), pod('lost', 'Unknown')], {}), async (cluster) => {
        const { lines } = await factsOf(cluster);
        expect(lines.filter((line) => line.startsWith('prod/shop/Pod/done'))).toEqual([
          `prod/shop/Pod/done exists since ${createdAtMs}`,
          'prod/shop/Pod/done uses registry.example/shop/web:v1',
          `prod/shop/Pod/done uses registry.example/shop/web@${DIGEST}`,
        ]);
        expect(lines).toContain('prod/shop/Pod/lost: Pod shop/lost, container app (Unknown)');
      });
    });

    test('knows the resources of well-known products, and those that the settings describe', async () => {
      await using(harness.open([rollout, robot], {}), async (cluster) => {
        const { lines } = await factsOf(cluster, [robotExtractor]);
        expect(lines).toContain('prod/shop/Rollout/canary uses registry.example/shop/canary:v3');
        expect(lines).toContain('prod/shop/Robot/r2 uses registry.example/shop/arm:left');
        expect(lines).toContain('prod/shop/Robot/r2 uses registry.example/shop/arm:right');
      });
    });

    test('says the same when it is asked again', async () => {
      await using(harness.open([pod('web-1', 'Running'), deployment], {}), async (cluster) => {
        const first = await factsOf(cluster);
        expect(await factsOf(cluster)).toEqual(first);
        expect(first.lines.length).toBeGreaterThan(4);
      });
    });

    test('hides what it may hold, and no more, when it can not tell all', async () => {
      const mayHold = ['registry.example/shop', 'registry.example/jobs'];
      await using(harness.openBroken([deployment], { mayHold }), async (cluster) => {
        expect(cluster.mayHold).toEqual(mayHold);
        const { gaps } = await factsOf(cluster);
        expect([...new Set(gaps.map(({ scope }) => scope))].sort()).toEqual([...mayHold].sort());
        expect(new Set(gaps.map(({ hides, source }) => `${hides} ${source}`))).toEqual(new Set(['holds cluster prod']));
        expect(gaps.filter(({ cause }) => cause === '')).toEqual([]);
      });
      await using(harness.openBroken([deployment], {}), async (cluster) => {
        expect(cluster.mayHold).toEqual(['']);
        expect((await factsOf(cluster)).gaps.map(({ scope }) => scope)).toContain('');
      });
    });

    test('stops with the reason that it is given', async () => {
      await using(harness.open([deployment], {}), async (cluster) => {
        const { sink } = collectEvidence();
        const survey = cluster.uses({ extractors: [] }).survey(sink, AbortSignal.abort(new Error('enough')));
        await expect(survey).rejects.toThrow('enough');
      });
    });

    test('has no image API where there are neither images nor streams', async () => {
      await using(harness.open([deployment], {}), async (cluster) => {
        const signal = new AbortController().signal;
        expect(await cluster.imageApi(signal)).toBeUndefined();
        expect(await cluster.writableImageApi(signal)).toBeUndefined();
      });
    });
  });
}
