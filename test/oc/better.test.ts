import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/evidence/sink.ts';
import type { PlannedImages } from '../../src/flows/prune-images.ts';
import { keptImages } from '../../src/plan/count-images.ts';
import type { KubeObject } from '../../src/systems/cluster/contract.ts';
import { digestOf, expectedOf, type OcCase, ocCase, policyOf, type Removed, removedBy, shortNames } from './cases.ts';
import { REGISTRY, toObjects } from './objects.ts';
import { API, NOW_MS, planCase, planObjects, usesOf } from './plan-case.ts';

/** Where `oc adm prune images` is wrong, and we are right on purpose (decision 21). */

type World = Partial<Omit<OcCase, 'id' | 'title' | 'expected'>> & { readonly extra?: readonly KubeObject[] };
type More = Partial<Parameters<typeof planObjects>[1]>;

const nothing: Removed = {
  ...{ streamTags: [], streamItems: [], layerLinks: [], manifestLinks: [], blobs: [], images: [] },
};

async function planned(world: World, more: More = {}): Promise<{ removed: Removed; why: Why; plan: PlannedImages }> {
  const { extra = [], ...parts } = world;
  const one = { id: '', title: '', images: [], streams: [], workloads: [], options: {}, expected: {}, ...parts };
  const plan = await planObjects([...toObjects(one, NOW_MS), ...extra], { policy: policyOf(one), ...more });
  const names = shortNames(one);
  const reasons = new Map<string, string>();
  for (const { target, reason, because } of keptImages(plan.view.evidence, plan.decisions))
    reasons.set(short(target), `${reason}: ${short(because)}`);
  return { removed: removedBy(one, plan.plan.actions), why: (target) => reasons.get(target), plan };

  function short(text: string): string {
    return text.replaceAll(`${API}/`, '').replace(/sha256:[0-9a-f]{64}/g, names);
  }
}

/** Why something stays: `foo/bar:latest[0]@D0`, `image-object D0`. */
type Why = (target: string) => string | undefined;

const stream = (
  tags: Readonly<Record<string, readonly string[]>>,
  name = 'bar',
  namespace = 'foo',
  ageMinutes?: number,
) => ({
  ...{ namespace, name, ...(ageMinutes === undefined ? {} : { ageMinutes }) },
  tags: Object.fromEntries(Object.entries(tags).map(([tag, images]) => [tag, images.map((image) => ({ image }))])),
});
const images = (...names: readonly string[]) => names.map((name) => ({ name }));
const uses = (image: string, kind = 'Deployment') => [{ kind, name: 'user', image }];
const pod = (spec: unknown, status: unknown, namespace = 'foo'): KubeObject => ({
  ...({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: 'p' }, spec, status } as KubeObject),
});
const running = (image: string, imageID: string): KubeObject =>
  pod(
    { containers: [{ name: 'app', image }] },
    { phase: 'Running', containerStatuses: [{ name: 'app', image, imageID }] },
  );
const rev0 = { keepTagRevisions: 0 };
/** OC-05 without its pod: all of D0 goes. */
const lonely: World = { images: images('D0'), streams: [stream({ latest: ['D0'] })], options: rev0 };
const all = expectedOf(ocCase('OC-05'));

describe('rows where a law is better', () => {
  test('OC-10: a pod of which nobody knows whether it runs keeps its image', async () => {
    const { plan } = await planCase(ocCase('OC-10'));
    expect(removedBy(ocCase('OC-10'), plan.actions)).toEqual(nothing);
  });

  test('OC-13: a digest that is none is a bad reference, and keeps the repository that stands in it', async () => {
    const { plan } = await planCase(ocCase('OC-13'), 'protect');

    expect(removedBy(ocCase('OC-13'), plan.actions)).toEqual(nothing);
    expect(plan.header.badReferences).toMatchObject([
      { keeps: ['foo/bar'], why: expect.stringContaining('not a digest') },
    ]);
  });

  test('OC-13: a digest of an image that is not there keeps nothing else', async () => {
    const { removed } = await planned({ ...lonely, workloads: uses('registry.io/foo/bar@X9') });
    expect(removed).toEqual(all);
  });
});

describe('what could not be seen', () => {
  const gap = (scope: string): Source => ({
    name: 'cluster other',
    survey: async (sink) =>
      sink.gap({ scope, hides: 'holds', source: 'cluster other', cause: 'replicasets: forbidden' }),
  });

  test.each(['', 'registry.example', `${API}/foo`])(
    'DV-01, H2: a kind that is forbidden keeps all (gap on %j)',
    async (scope) => {
      const { removed, why } = await planned(lonely, { uses: [gap(scope)] });

      expect(removed).toEqual(nothing);
      expect(why('foo/bar:latest[0]@D0')).toBe('evidence-gap: cluster other: replicasets: forbidden');
    },
  );

  test('an Image that can not be read stays with its item, and with every config that it may have', async () => {
    const world = {
      images: [
        { name: 'D1', config: 'C1', layers: ['a'] },
        { name: 'D2', config: 'C2', layers: ['b'] },
      ],
      streams: [stream({ latest: ['D1', 'D2'] })],
      options: rev0,
    };
    const [torn, ...rest] = toObjects({ id: '', title: '', workloads: [], expected: {}, ...world }, NOW_MS);
    const { plan } = await planObjects([{ ...(torn as KubeObject), dockerImageMetadata: null }, ...rest], {
      policy: policyOf(world),
    });
    const one = { ...ocCase('OC-01'), ...world };

    expect(removedBy(one, plan.actions)).toEqual({
      ...{ streamTags: [], streamItems: ['foo/bar:latest[1]@D2'], layerLinks: [], manifestLinks: [] },
      ...{ blobs: ['D2', 'b'], images: ['D2'] },
    });
    expect(plan.header.gaps).toMatchObject([{ hides: 'references', cause: expect.stringContaining('config') }]);
  });

  test('DV-18: what has no time stays, and says so', async () => {
    const timeless = (object: KubeObject): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, creationTimestamp: null },
    });
    const objects = toObjects({ ...ocCase('OC-05'), workloads: [] }, NOW_MS);
    const { plan, view, decisions } = await planObjects(objects.map(timeless), { policy: policyOf({ options: rev0 }) });

    expect([...plan.actions]).toEqual([]);
    expect([...keptImages(view.evidence, decisions)].map(({ reason }) => reason)).toEqual([
      'age-unknown',
      'age-unknown',
    ]);
  });

  test('DV-18: a pod that ended, nobody knows when, keeps its image', async () => {
    const extra = [
      pod({ containers: [{ name: 'app', image: `r.io/foo/bar@${digestOf('D0')}` }] }, { phase: 'Failed' }),
    ];
    expect((await planned({ ...lonely, extra })).removed).toEqual(nothing);
  });
});

describe('who uses what', () => {
  test('DV-02, H6: a run about one namespace hears of uses in all', async () => {
    const world: World = { ...lonely, options: { ...rev0, namespace: 'foo' } };
    const extra = [
      pod({ containers: [{ name: 'app', image: `r.io/foo/bar@${digestOf('D0')}` }] }, { phase: 'Running' }, 'other'),
    ];

    expect((await planned({ ...world, extra })).removed).toEqual(nothing);
    expect((await planned(world)).removed.streamItems).toEqual(['foo/bar:latest[0]@D0']);
  });

  test('a run about one namespace takes nothing of another, and no Image', async () => {
    const { removed, why } = await planned({
      images: images('D0', 'D1'),
      streams: [stream({ latest: ['D0'] }), stream({ latest: ['D1'] }, 'bar', 'other')],
      options: { ...rev0, namespace: 'foo' },
    });
    expect(removed).toEqual({ ...all, blobs: [], images: [] });
    expect(why('other/bar:latest[0]@D1')).toMatch(/^out-of-namespace/);
    expect(why('image-object D0')).toMatch(/^out-of-namespace|image-object/);
  });

  test('DV-03, H5: a running digest that is in no history keeps its Image and data', async () => {
    const { removed, why } = await planned({ images: images('D7'), workloads: uses('r.io/foo/bar@D7') });

    expect(removed).toEqual(nothing);
    expect([...(await planned({ images: images('D7') })).removed.images]).toEqual(['D7']);
    expect(why(`image-object ${API}/D7`) ?? why('image-object D7')).toMatch(/^held: Deployment foo\/user/);
  });

  test('DV-04: what a tag was when a pod started keeps running, and stays', async () => {
    const old = running('r.io/foo/bar:latest', `r.io/foo/bar@${digestOf('D1')}`);
    const world: World = {
      images: images('D0', 'D1', 'D2'),
      streams: [stream({ latest: ['D0', 'D1', 'D2'] })],
      options: rev0,
    };
    const { removed, why } = await planned({ ...world, extra: [old] });

    expect(removed.streamItems).toEqual(['foo/bar:latest[2]@D2']);
    expect(why('foo/bar:latest[0]@D0')).toMatch(/^tag-in-use: Pod foo\/p.* uses r.io\/foo\/bar:latest$/);
    expect(why('foo/bar:latest[1]@D1')).toMatch(/^held: /);
  });

  test('a pod that tells the digest of its config alone keeps the image that has it', async () => {
    const world: World = {
      images: [{ name: 'D0', config: 'C0' }],
      streams: [stream({ latest: ['D0'] })],
      options: rev0,
    };
    const extra = [running('somewhere.example/a/b:c', digestOf('C0'))];

    expect((await planned({ ...world, extra })).removed).toEqual(nothing);
  });

  test('DV-05: a name with a tag and a digest keeps both', async () => {
    const { removed } = await planned({
      images: images('D0', 'D1', 'D2'),
      streams: [stream({ v1: ['D0', 'D1', 'D2'] })],
      workloads: uses('r.io/foo/bar:v1@D1').map((one) => ({ ...one, image: `r.io/foo/bar:v1@${digestOf('D1')}` })),
      options: rev0,
    });
    expect(removed.streamItems).toEqual(['foo/bar:v1[2]@D2']);
  });

  test('DV-06: an ephemeral container and an image volume are uses', async () => {
    const image = (name: string) => `r.io/foo/bar@${digestOf(name)}`;
    const spec = {
      containers: [{ name: 'app', image: 'x.io/a/b:c' }],
      ephemeralContainers: [{ name: 'debug', image: image('D0') }],
      volumes: [{ name: 'data', image: { reference: image('D1') } }],
    };
    const { removed } = await planned({
      images: images('D0', 'D1', 'D2'),
      streams: [stream({ latest: ['D0', 'D1', 'D2'] })],
      extra: [pod(spec, { phase: 'Running' })],
      options: rev0,
    });
    expect(removed.streamItems).toEqual(['foo/bar:latest[2]@D2']);
  });

  test('DV-07: a digest that is pulled under another name keeps its items in all streams', async () => {
    const { removed } = await planned({
      images: images('D0', 'D1'),
      streams: [stream({ latest: ['D1', 'D0'] }), stream({ x: ['D1', 'D0'] }, 'baz')],
      workloads: uses('mirror.example/elsewhere/thing@D0'),
      options: rev0,
    });
    expect(removed.streamItems).toEqual(['foo/bar:latest[0]@D1', 'foo/baz:x[0]@D1']);
  });

  test.each([
    ['DV-21: without a registry', 'foo/bar:latest'],
    ['DV-21: without a registry and a namespace, in the namespace of its user', 'bar'],
    ['DV-22: deep in a mirror', 'mirror.example/a/b/foo/bar:latest'],
  ])('%s, a name keeps the newest item of its tag: %s', async (_, image) => {
    const { removed } = await planned({ ...lonely, workloads: uses(image) });
    expect(removed).toEqual(nothing);
  });

  test.each(['foo/baz:latest', 'foo/bar:v2', 'other/bar', 'ar'])('another name keeps nothing: %s', async (image) => {
    expect((await planned({ ...lonely, workloads: uses(image) })).removed).toEqual(all);
  });

  test('what the own image streams import is no use; of another cluster’s it is one', async () => {
    const other: KubeObject = {
      ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata: { namespace: 'far', name: 'copy' } },
      spec: {
        tags: [{ name: 'latest', from: { kind: 'DockerImage', name: `route.example/foo/bar@${digestOf('D0')}` } }],
      },
    };
    expect((await planned(lonely, { uses: [usesOf([other], 'own')] })).removed).toEqual(all);
    expect((await planned(lonely, { uses: [usesOf([other], 'far-away')] })).removed).toEqual(nothing);
  });
});

describe('what an ended pod and a stream both name', () => {
  test('is used by neither', async () => {
    const { removed } = await planned({
      ...lonely,
      workloads: [{ kind: 'Pod', name: 'old', phase: 'Succeeded', image: `${REGISTRY}/foo/bar@D0` }],
    });
    expect(removed).toEqual(all);
  });

  test('is used by whoever runs it, and that one is told', async () => {
    const { removed, why } = await planned({
      ...lonely,
      workloads: [{ kind: 'Pod', name: 'new', phase: 'Running', image: `${REGISTRY}/foo/bar@D0` }],
    });
    expect(removed).toEqual(nothing);
    expect(why('foo/bar:latest[0]@D0')).toMatch(/^held: Pod foo\/new/);
  });
});

describe('names that can not be read', () => {
  const world: World = {
    images: images('D0', 'D1'),
    streams: [stream({ latest: ['D0'] }), stream({ latest: ['D1'] }, 'other')],
    options: rev0,
  };

  test('DV-20: one keeps what it might mean, is told, and everything else goes on', async () => {
    const { removed, why, plan } = await planned({ ...world, workloads: uses('r.io/Foo/Bar:latest:x') });

    expect(removed.streamItems).toEqual(['foo/other:latest[0]@D1']);
    expect(why('foo/bar:latest[0]@D0')).toMatch(/^bad-reference: Deployment foo\/user.* uses r.io\/Foo\/Bar:latest:x$/);
    expect(plan.plan.header.badReferences).toMatchObject([
      { reference: 'r.io/Foo/Bar:latest:x', by: [expect.stringContaining('Deployment foo/user')], keeps: ['foo/bar'] },
    ]);
  });

  test('DV-20: the beginning of a digest keeps the Images that begin so', async () => {
    const { removed } = await planned({ ...world, workloads: uses(`X@sha256:${digestOf('D1').slice(7, 19)}`) });
    expect(removed.images).toEqual(['D0']);
  });

  test('DV-19: a build from something unknown keeps what it might mean', async () => {
    const build = {
      ...{ apiVersion: 'build.openshift.io/v1', kind: 'BuildConfig', metadata: { namespace: 'foo', name: 'b' } },
      spec: { strategy: { sourceStrategy: { from: { kind: 'NewKind', name: 'bar' } } } },
    };
    const { removed, plan } = await planned({ ...world, extra: [build] });

    expect(removed.streamItems).toEqual(['foo/other:latest[0]@D1']);
    expect(plan.plan.header.badReferences?.length).toBe(1);
  });

  test('ignored, it keeps nothing and is told all the same', async () => {
    const workloads = uses('r.io/Foo/Bar:latest:x');
    const { removed, plan } = await planned({ ...world, workloads }, { badReferences: 'ignore' });

    expect(removed.streamItems.length).toBe(2);
    expect(plan.plan.header.badReferences).toMatchObject([{ keeps: [] }]);
  });

  test('of a pod that ended long ago it stops nobody', async () => {
    const ended = [{ kind: 'Pod', name: 'old', image: 'A bad one', phase: 'Succeeded' }];
    const { plan } = await planned({ ...world, workloads: ended }, { badReferences: 'abort' });
    expect(plan.plan.header.badReferences).toEqual([]);
  });
});

describe('images of several parts', () => {
  const index = (name: string, ...children: readonly string[]) => ({
    name,
    children: [...children],
    format: 'oci' as const,
  });

  test('DV-12, H8: what an index in an index lists stays with the outer one', async () => {
    const { removed } = await planned({
      images: [index('Outer', 'Inner'), index('Inner', 'D1'), ...images('D1', 'D2')],
      streams: [stream({ latest: ['Outer'] })],
    });
    expect(removed.images).toEqual(['D2']);
  });

  const indexed: World = {
    images: [index('I', 'D1', 'D2'), { name: 'D1', layers: ['a'] }, { name: 'D2', layers: ['b'] }],
    streams: [stream({ latest: ['I'] })],
    workloads: uses('r.io/foo/bar@D1'),
    options: rev0,
  };

  test('DV-13: who uses one image of an index keeps the index', async () => {
    expect((await planned(indexed)).removed).toEqual(nothing);
  });

  test('DV-13: or that image alone, with its links, if so asked', async () => {
    expect((await planned(indexed, { keepIndexOfUsedChild: false })).removed).toEqual({
      ...{ streamTags: ['foo/bar:latest'], streamItems: ['foo/bar:latest[0]@I'] },
      ...{ manifestLinks: ['foo/bar@D2', 'foo/bar@I'], layerLinks: ['foo/bar@b'] },
      ...{ blobs: ['D2', 'I', 'b'], images: ['D2', 'I'] },
    });
  });

  test('a layer that an index’s image has keeps its link when another image of the repository goes', async () => {
    const { removed } = await planned({
      images: [index('I', 'D1'), { name: 'D1', layers: ['a', 'b'] }, { name: 'D2', layers: ['b', 'c'] }],
      streams: [stream({ latest: ['I', 'D2'] })],
      options: { keepTagRevisions: 1 },
    });
    expect(removed.layerLinks).toEqual(['foo/bar@c']);
    expect(removed.blobs).toEqual(['D2', 'c']);
  });

  const signature = (name: string) => `${digestOf(name).replace(':', '-')}.sig`;

  test('DV-14: a signature stays while its image does, at any age and place', async () => {
    const { removed, why } = await planned({
      images: [
        { name: 'D0', layers: ['a'] },
        { name: 'S0', layers: ['s'] },
        { name: 'S1', layers: ['t'] },
      ],
      streams: [stream({ latest: ['D0'], [signature('D0')]: ['S0', 'S1'] })],
      workloads: uses('r.io/foo/bar:latest'),
      options: rev0,
    });
    expect(removed).toEqual(nothing);
    expect(why(`foo/bar:${signature('D0')}[1]@S1`)).toMatch(/^referenced: /);
  });

  test('DV-14: and goes with its image, whatever revisions are kept', async () => {
    const { removed } = await planned({
      images: ['D0', 'D1', 'S1'].map((name) => ({ name, layers: [`of ${name}`] })),
      streams: [stream({ latest: ['D0', 'D1'], [signature('D1')]: ['S1'] })],
      options: { keepTagRevisions: 1 },
    });
    expect(removed.images).toEqual(['D1', 'S1']);
    expect(removed.streamTags).toEqual([`foo/bar:${signature('D1')}`]);
  });

  test('DV-14: a young signature stays, and its image goes', async () => {
    const { removed } = await planned({
      images: ['D0', 'D1', 'S1'].map((name) => ({ name, layers: [`of ${name}`] })),
      streams: [
        {
          ...{ namespace: 'foo', name: 'bar' },
          tags: { latest: [{ image: 'D0' }, { image: 'D1' }], [signature('D1')]: [{ image: 'S1', ageMinutes: 5 }] },
        },
      ],
      options: { keepTagRevisions: 1 },
    });
    expect(removed.images).toEqual(['D1']);
  });

  test('DV-14: what names its subject in its manifest stays and goes with it', async () => {
    const referrer = (of: string): KubeObject => ({
      ...(toObjects(
        { ...ocCase('OC-01'), images: [{ name: 'R', layers: [] }], streams: [], workloads: [] },
        NOW_MS,
      )[0] as KubeObject),
      dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
      dockerImageManifest: JSON.stringify({
        ...{ schemaVersion: 2, config: { mediaType: 'x', digest: digestOf('empty'), size: 2 }, layers: [] },
        subject: { mediaType: 'x', digest: digestOf(of), size: 2 },
      }),
    });
    const world: World = {
      images: images('D0', 'D1'),
      streams: [stream({ latest: ['D0', 'D1'] })],
      options: { keepTagRevisions: 1 },
    };
    const isGone = async (of: string) =>
      (await planned({ ...world, extra: [referrer(of)] })).removed.images.includes(digestOf('R'));

    expect(await isGone('D0')).toBe(false);
    expect(await isGone('D1')).toBe(true);
  });
});

describe('sizes and ages', () => {
  test('DV-15: by size, an image outside of streams still needs its age', async () => {
    const world: World = {
      images: [
        { name: 'D1', sizeBytes: 10, ageMinutes: 0 },
        { name: 'D2', sizeBytes: 10, ageMinutes: 90 },
      ],
      options: { pruneOverSizeLimit: true },
    };
    expect((await planned(world)).removed.images).toEqual(['D2']);
  });

  test('by size, an item whose Image is not there yet needs its age, too', async () => {
    const tags = { latest: [{ image: 'D9', ageMinutes: 1 }] };
    const world: World = { streams: [{ namespace: 'foo', name: 'bar', tags }], options: { pruneOverSizeLimit: true } };
    expect((await planned(world)).removed).toEqual(nothing);
  });

  test('DV-29: an image of unknown size is never over a limit; their number is told', async () => {
    const { removed, why, plan } = await planned({
      images: [{ name: 'D1' }, { name: 'D2', sizeBytes: 10 }],
      streams: [stream({ latest: ['D1', 'D2'] })],
      options: { pruneOverSizeLimit: true },
      limits: { foo: [1] },
    });
    expect(removed.streamItems).toEqual(['foo/bar:latest[1]@D2']);
    expect(why('foo/bar:latest[0]@D1')).toBe('within-size-limit: nothing tells its size');
    expect(plan.plan.header.images?.images.unknownSize).toBe(1);
  });

  const young: World = {
    images: [
      { name: 'D0', ageMinutes: 5 },
      { name: 'D1', ageMinutes: 11 },
    ],
    options: { ...rev0, keepYoungerThanMinutes: 0 },
  };

  test('DV-17: however young images may go, ten minutes are left to a push', async () => {
    expect((await planned(young)).removed.images).toEqual(['D1']);
  });

  test('DV-17: unless somebody asks for that, too', async () => {
    const policy = { ...policyOf({ options: young.options ?? {} }), minAgeMs: 0 };
    expect((await planned(young, { policy })).removed.images).toEqual(['D0', 'D1']);
  });

  test('what comes from the future is young', async () => {
    expect((await planned({ images: [{ name: 'D0', ageMinutes: -90 }] })).removed).toEqual(nothing);
  });
});
