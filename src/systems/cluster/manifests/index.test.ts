import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import { describeCluster } from '../contract.suite.ts';
import { openManifests } from './index.ts';

const BROKEN = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "half';

/** Writes files into a new folder. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = makeTempFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

const asList = (objects: readonly unknown[]) =>
  JSON.stringify({ apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } }, null, 4);
const asDocuments = (objects: readonly unknown[]) => objects.map((object) => `---\n${stringify(object)}`).join('');
const asYamlList = (objects: readonly unknown[]) =>
  stringify({ apiVersion: 'v1', items: objects, kind: 'List' }, { indentSeq: false });

for (const [how, file, write] of [
  ['a list in JSON', 'all.json', asList],
  ['documents in YAML', 'deep/er/all.yaml', asDocuments],
  ['a list in YAML', 'all.yml', asYamlList],
] as const)
  describeCluster(`manifests, ${how}`, {
    open: async (objects, settings) =>
      openManifests({ kind: 'manifests', name: 'prod', path: folderOf({ [file]: write(objects) }), ...settings }),
    openBroken: async (objects, settings) =>
      openManifests({
        ...{ kind: 'manifests', name: 'prod', ...settings },
        path: folderOf({ [file]: write(objects), 'half.json': BROKEN }),
      }),
  });

async function survey(path: string) {
  const cluster = openManifests({ kind: 'manifests', name: 'prod', path });
  const { evidence, sink } = collectEvidence();
  await cluster.uses({ extractors: [] }).survey(sink, new AbortController().signal);
  const { resources, holds, gaps } = evidence;
  const references: string[] = [];
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === 'image-reference') references.push(resources.key(id));
  return { references: references.sort(), gaps, holders: Array.from({ length: holds.length }, (_, n) => holds.by(n)) };
}

const pod = (name: string, image: unknown = `registry.example/${name}:1`) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' } },
  spec: { containers: [{ name: 'app', image }] },
});

describe('a folder of manifests', () => {
  test('is read at any depth, and only what can hold objects', async () => {
    const path = folderOf({
      'a.yaml': stringify(pod('a')),
      'base/b.yml': stringify(pod('b')),
      'base/deep/c.json': JSON.stringify(pod('c')),
      'README.md': 'image: d',
      '.github/workflows/ci.yaml': 'a: [',
    });

    const { references, gaps } = await survey(path);

    expect(references).toEqual(['registry.example/a:1', 'registry.example/b:1', 'registry.example/c:1']);
    expect(gaps).toEqual([]);
  });

  test('may be one file', async () => {
    const path = join(folderOf({ 'pods.json': asList([pod('a'), pod('b')]) }), 'pods.json');

    expect((await survey(path)).references).toEqual(['registry.example/a:1', 'registry.example/b:1']);
  });

  test('has lists of one kind too, whose items do not say what they are', async () => {
    const bare = ({ apiVersion: _, kind: __, ...rest }: ReturnType<typeof pod>) => rest;
    const list = { apiVersion: 'v1', kind: 'PodList' };
    const path = folderOf({
      'before.json': JSON.stringify({ ...list, items: [bare(pod('a'))] }),
      'after.json': JSON.stringify({ items: [bare(pod('b'))], ...list }),
      'before.yaml': stringify({ ...list, items: [bare(pod('c'))] }, { indentSeq: false }),
      'after.yaml': stringify({ items: [bare(pod('d'))], ...list }, { indentSeq: false }),
      'within.json': asList([{ ...list, items: [bare(pod('e'))] }, pod('f')]),
      'array.json': JSON.stringify([pod('g'), pod('h')]),
      'stream.json': `${JSON.stringify(pod('i'))}\n${JSON.stringify(pod('j'))}\n`,
    });

    const { references, gaps } = await survey(path);

    expect(references).toEqual([...'abcdefghij'].map((name) => `registry.example/${name}:1`));
    expect(gaps).toEqual([]);
  });

  test('follows links that stay in it, once, and tells of those that lead out', async () => {
    const path = folderOf({ 'real/a.yaml': stringify(pod('a')) });
    const outside = folderOf({ 'b.yaml': stringify(pod('b')) });
    symlinkSync(join(path, 'real'), join(path, 'linked'));
    symlinkSync(path, join(path, 'real', 'circle'));
    symlinkSync(outside, join(path, 'outside'));

    const { references, gaps, holders } = await survey(path);

    expect(references).toEqual(['registry.example/a:1']);
    expect(holders).toHaveLength(1);
    expect(gaps.map(({ cause }) => cause)).toEqual([
      `reading ${join(path, 'outside')}: it is a link that leads out, to ${outside}`,
    ]);
  });

  test('leaves out what .winnowignore names', async () => {
    const path = folderOf({
      '.winnowignore': '# templates\ncharts/*/templates\n\n**/*.draft.yaml\n',
      'a.yaml': stringify(pod('a')),
      'b.draft.yaml': 'a: [',
      'charts/web/templates/deployment.yaml': 'image: {{ .Values.image }}:{{',
    });

    expect(await survey(path)).toMatchObject({ references: ['registry.example/a:1'], gaps: [] });
  });

  test('names the image that a kustomization puts in place of another, and those of values', async () => {
    const path = folderOf({
      'overlays/prod/kustomization.yaml': stringify({
        resources: ['../../base'],
        images: [
          { name: 'web', newName: 'registry.example/shop/web', newTag: 'v7' },
          { name: 'db', digest: `sha256:${'a'.repeat(64)}` },
          { name: 'registry.example/shop/api', newTag: '12' },
        ],
      }),
      'releases/values-prod.yaml': stringify({
        image: { registry: 'registry.example', repository: 'shop/ui', tag: 1.5 },
      }),
      'a.yaml': stringify(pod('a')),
    });

    expect((await survey(path)).references).toEqual([
      `db@sha256:${'a'.repeat(64)}`,
      'registry.example/a:1',
      'registry.example/shop/api:12',
      'registry.example/shop/ui:1.5',
      'registry.example/shop/web:v7',
    ]);
  });

  test('is searched for pod specs in objects of kinds that nobody knows', async () => {
    const path = folderOf({
      'a.yaml': stringify({
        ...{ apiVersion: 'apps.example/v1', kind: 'Fleet', metadata: { name: 'north', namespace: 'sea' } },
        spec: { ships: [{ crew: { containers: [{ name: 'captain', image: 'registry.example/captain:1' }] } }] },
      }),
      'b.yaml': stringify(pod('b')),
    });

    const { references, holders } = await survey(path);

    expect(references).toContain('registry.example/captain:1');
    expect(holders).toContain('Fleet sea/north, container captain');
  });

  test('states what is no text where an image should be, so that it keeps what it might mean', async () => {
    const path = folderOf({ 'a.yaml': stringify(pod('a', { name: 'registry.example/odd', tag: 3 })) });

    expect((await survey(path)).references).toEqual(['{"image":{"name":"registry.example/odd","tag":3}}']);
  });
});

describe('what can not be read in a folder of manifests', () => {
  test.each([
    ['a.json', `{"apiVersion": "v1",\n "kind": "List",\n "items": [\n  {"kind": "Pod"},\n  {"kind": Pod}\n ]}`, 5],
    ['cut.json', `{"apiVersion": "v1",\n "items": [\n  {"kind": "Pod"}`, undefined],
    ['b.yaml', 'kind: Pod\n---\nkind: Pod\nspec: [a\n', 4],
    ['c.yaml', 'kind: List\nitems:\n- kind: Pod\n- kind: Pod\n  spec: {a\n', 5],
    ['twice.yaml', 'kind: Pod\nspec: {}\nspec: {}\n', 3],
  ] as const)('is a gap with file and line: %s', async (file, text, line) => {
    const path = folderOf({ [file]: text, 'good.yaml': stringify(pod('good')) });

    const { references, gaps } = await survey(path);

    expect(references).toEqual(['registry.example/good:1']);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ scope: '', hides: 'holds', source: 'cluster prod' });
    expect(gaps[0]?.cause).toContain(join(path, file));
    if (line !== undefined) expect(gaps[0]?.cause).toContain(`, line ${line}:`);
  });

  test('comes with a next step where it is a template', async () => {
    const path = folderOf({ 'templates/web.yaml': '{{- if .Values.web }}\nkind: Pod\n{{- end }}\n' });

    const { gaps } = await survey(path);

    expect(gaps[0]?.hint).toContain('helm template');
  });

  test.skipIf(process.getuid?.() === 0)('is a gap where it must not be read', async () => {
    const path = folderOf({ 'a.yaml': stringify(pod('a')), 'b.yaml': stringify(pod('b')) });
    chmodSync(join(path, 'b.yaml'), 0o000);

    expect((await survey(path)).gaps[0]?.cause).toContain('permission denied');
  });

  test('is a mistake of the user where nothing is there at all', async () => {
    const nothing = join(makeTempFolder(), 'absent');
    await expect(survey(nothing)).rejects.toMatchObject({ code: 'CLUSTER_SETTINGS_INVALID' });
    await expect(survey(makeTempFolder())).rejects.toThrow('there is no .yaml, .yml or .json in it');
    await expect(survey(folderOf({ 'package.json': '{"name": "web"}' }))).rejects.toThrow('no object in it');
  });

  test('is no mistake where a list is empty: the cluster may be', async () => {
    expect(await survey(folderOf({ 'pods.json': asList([]) }))).toMatchObject({ references: [], gaps: [] });
    expect(await survey(folderOf({ 'pods.yaml': 'apiVersion: v1\nitems: []\nkind: List\n' }))).toMatchObject({
      gaps: [],
    });
  });
});

describe('the image API in a folder of manifests', () => {
  const digest = `sha256:${'1'.repeat(64)}`;
  const image = {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image' },
    metadata: {
      name: digest,
      annotations: { 'openshift.io/image.managed': 'true' },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    dockerImageReference: `registry.svc:5000/shop/web@${digest}`,
  };
  const stream = {
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata: { namespace: 'shop', name: 'web' } },
    status: { tags: [{ tag: 'v1', items: [{ created: '2026-01-01T00:00:00Z', image: digest }] }] },
  };
  const signal = new AbortController().signal;
  const open = (path: string) => openManifests({ kind: 'manifests', name: 'prod', path }).imageApi(signal);

  test('states images and streams, wherever they lie', async () => {
    const path = folderOf({ 'images.json': asList([image]), 'streams.yaml': stringify(stream) });
    const api = await open(path);
    const { evidence, sink } = collectEvidence();

    await api?.source().survey(sink, signal);

    expect(api?.name).toBe(`openshift:manifests:${path}`);
    const object = evidence.resources.find('image-object', api?.name ?? '', digest);
    const item = evidence.resources.find('stream-item', `${api?.name}/shop/web`, `v1[0]@${digest}`);
    expect(object !== undefined && evidence.exists(object)).toBe(true);
    expect(item !== undefined && evidence.exists(item)).toBe(true);
    expect(await api?.registryHost(signal)).toBe('registry.svc:5000');
  });

  test('tells where the registry is without a survey, too', async () => {
    const api = await open(folderOf({ 'images.json': asList([image, stream]) }));

    expect(await api?.registryHost(signal)).toBe('registry.svc:5000');
  });

  test('has a gap for all of it where a file can not be read', async () => {
    const path = folderOf({ 'a.json': asList([image]), 'b.json': BROKEN });
    const api = await open(path);
    const { evidence, sink } = collectEvidence();

    await api?.source().survey(sink, signal);

    expect(
      evidence.gaps.filter(({ cause }) => cause.includes('b.json')).map(({ scope, hides }) => [scope, hides]),
    ).toEqual([
      [api?.name, 'existence'],
      [api?.name, 'references'],
    ]);
  });

  test('is found in YAML however a list is written, among whatever else', async () => {
    const bare = ({ apiVersion: _, kind: __, ...rest }: typeof stream) => rest;
    const listed = stringify(
      { items: [bare(stream)], apiVersion: 'image.openshift.io/v1', kind: 'ImageStreamList' },
      { indentSeq: false },
    );
    const path = folderOf({
      'a.yaml': asDocuments([pod('a'), pod('b')]),
      'b.yaml': listed,
      'c.yaml': asYamlList([pod('c'), image]),
    });
    const api = await open(path);
    const { evidence, sink } = collectEvidence();

    await api?.source().survey(sink, signal);

    expect(evidence.resources.find('image-object', api?.name ?? '', digest)).toBeDefined();
    expect(evidence.resources.find('stream-item', `${api?.name}/shop/web`, `v1[0]@${digest}`)).toBeDefined();
  });

  test('names no image that an Image is about as used', async () => {
    const path = folderOf({ 'images.json': asList([image]) });

    expect((await survey(path)).references).toEqual([]);
  });
});

describe('uses and the image API of one folder', () => {
  const { signal } = new AbortController();
  const image = (digit: string) => ({
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: { name: `sha256:${digit.repeat(64)}` } },
  });

  /** Surveys both in one turn, or one after the other. */
  async function surveyBoth(path: string, inOneTurn: boolean) {
    const cluster = openManifests({ kind: 'manifests', name: 'prod', path });
    const progress = { uses: 0, images: 0 };
    const uses = cluster.uses({ extractors: [], onProgress: (objects) => (progress.uses = objects) });
    const images = (await cluster.imageApi(signal))?.source((objects) => (progress.images = objects));
    const told = [];
    const running = [];
    for (const source of [uses, images]) {
      const { evidence, sink } = collectEvidence();
      const survey = source?.survey(sink, signal);
      running.push(survey);
      if (!inOneTurn) await survey;
      told.push(evidence);
    }
    await Promise.all(running);
    return told.map(({ resources, gaps }) => ({
      ...{ resources: Array.from({ length: resources.size }, (_, id) => resources.at(id)), gaps, progress },
    }));
  }

  test.each([
    ['lists', { 'a.json': asList([pod('a'), image('1')]), 'b.json': asList([image('2'), pod('b')]) }],
    ['documents', { 'a.yaml': asDocuments([pod('a'), image('1')]), 'b.yaml': asDocuments([image('2'), pod('b')]) }],
    ['a list of 1,500 Images', { 'a.json': asList([...Array.from({ length: 1500 }, () => image('1')), pod('a')]) }],
    ['a file that is cut off', { 'a.json': asList([pod('a'), image('1')]), 'b.json': BROKEN }],
    [
      'an Image that is no JSON, which only one of them wants',
      {
        'a.json': `{"items": [${JSON.stringify(image('1'))}, {"apiVersion": "image.openshift.io/v1", "kind": "Image", x},
        ${JSON.stringify(image('2'))}, ${JSON.stringify(pod('a'))}], "kind": "List", "apiVersion": "v1"}`,
      },
    ],
    [
      'a document that is no YAML, which only one of them wants',
      {
        'a.yaml': `${stringify(image('1'))}---\nkind: Pod\nspec: {a\n---\n${stringify(image('2'))}---\n${stringify(pod('a'))}`,
      },
    ],
  ])('say the same when they are surveyed side by side: %s', async (_, files) => {
    const path = folderOf(files);

    expect(await surveyBoth(path, true)).toEqual(await surveyBoth(path, false));
  });

  test('keep a fault in what only one of them wants from the other', async () => {
    const broken = '{"apiVersion": "image.openshift.io/v1", "kind": "Image", x}';
    const path = folderOf({
      'a.json': `{"items": [${JSON.stringify(image('1'))}, ${broken}, ${JSON.stringify(pod('a'))}], "kind": "List", "apiVersion": "v1"}`,
    });

    const [uses, images] = await surveyBoth(path, true);

    expect(uses?.resources).toContainEqual({ kind: 'image-reference', scope: '', key: 'registry.example/a:1' });
    expect(uses?.gaps).toEqual([]);
    const ofFile = images?.gaps.filter(({ cause }) => cause.includes(path));
    expect(ofFile?.map(({ hides }) => hides)).toEqual(['existence', 'references']);
  });

  test('are read anew by who asks later', async () => {
    const path = folderOf({ 'a.json': asList([pod('a')]) });
    const cluster = openManifests({ kind: 'manifests', name: 'prod', path });
    const referencesNow = async () => {
      const { evidence, sink } = collectEvidence();
      await cluster.uses({ extractors: [] }).survey(sink, signal);
      return evidence.resources.find('image-reference', '', 'registry.example/b:1');
    };

    expect(await referencesNow()).toBeUndefined();
    writeFileSync(join(path, 'a.json'), asList([pod('b')]));
    expect(await referencesNow()).toBeDefined();
  });
});
