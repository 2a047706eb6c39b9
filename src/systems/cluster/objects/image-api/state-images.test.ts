import { describe, expect, it } from 'vitest';
import { collectEvidence, type Evidence } from '../../../../evidence/evidence.ts';
import { formatResource } from '../../../../evidence/resource.ts';
import { edgeKinds } from '../../../../evidence/sink.ts';
import { mediaTypes } from '../../../../oci/media-type.ts';
import type { KubeObject } from '../../contract.ts';
import { stateImages } from './state-images.ts';

const API = 'openshift:api';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const image = (name: string, more: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: 'image.openshift.io/v1',
  kind: 'Image',
  metadata: { name: digest(name), creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '42' },
  dockerImageManifestMediaType: mediaTypes.dockerManifest,
  dockerImageMetadata: { Id: digest('c'), Size: 300 },
  dockerImageLayers: [{ name: digest('1'), size: 100, mediaType: mediaTypes.ociLayer }],
  ...more,
});

const stream = (
  status: unknown,
  metadata: KubeObject['metadata'] = { namespace: 'shop', name: 'web' },
): KubeObject => ({
  ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata, status },
});

const limits = (namespace: string, ...storage: unknown[]): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { namespace, name: 'sizes' } },
  spec: { limits: storage.map((one) => ({ type: 'openshift.io/Image', max: { storage: one } })) },
});

function stated(...objects: readonly KubeObject[]): Evidence {
  const { sink, evidence } = collectEvidence();
  const statements = stateImages(sink, API);
  for (const object of objects) statements.object(object);
  statements.done();
  return evidence;
}

/** `from -kind→ to`, with digests cut to a letter. */
function edgesOf({ edges, resources }: Evidence): readonly string[] {
  const short = (id: number) => formatResource(resources.at(id)).replace(/sha256:(.)\1{63}/g, '$1');
  return Array.from(
    { length: edges.length },
    (_, n) =>
      `${short(edges.from[n] as number)} -${edgeKinds[edges.kinds[n] as number]}→ ${short(edges.to[n] as number)}`,
  );
}

function about(
  evidence: Evidence,
  kind: 'image-object' | 'repository' | 'blob' | 'stream-item',
  key: string,
  at = API,
) {
  const id = evidence.resources.find(kind, at, key);
  return id === undefined || !evidence.exists(id) ? undefined : evidence.about(id);
}

describe('an Image', () => {
  it('is stated with its age, size and version, and the data that it needs', () => {
    const evidence = stated(image('a'));

    expect(about(evidence, 'image-object', digest('a'))).toEqual({
      sizeBytes: 300,
      createdAtMs: Date.UTC(2026, 0),
      attributes: { 'resource-version': '42' },
    });
    expect(edgesOf(evidence)).toEqual([
      'image-object openshift:api/a -link→ openshift:api/blobs/a',
      'image-object openshift:api/a -layer→ openshift:api/blobs/1',
      'image-object openshift:api/a -config→ openshift:api/blobs/c',
    ]);
    expect(about(evidence, 'blob', digest('1'))).toEqual({ sizeBytes: 100 });
    expect(about(evidence, 'blob', digest('c'))).toEqual({});
    expect(evidence.gaps).toEqual([]);
  });

  it('says whether it is managed', () => {
    const managed = { annotations: { 'openshift.io/image.managed': 'true' }, name: digest('a') };
    expect(about(stated(image('a', { metadata: managed })), 'image-object', digest('a'))?.attributes).toEqual({
      'annotation:openshift.io/image.managed': 'true',
    });
  });

  it('has a config only where its format knows one', () => {
    const schema1 = stated(image('a', { dockerImageManifestMediaType: mediaTypes.dockerSchema1Signed }));
    expect(edgesOf(schema1).filter((edge) => edge.includes('config'))).toEqual([]);
    expect(schema1.gaps).toEqual([]);
  });

  it('of an index names what it lists, and no config', () => {
    const evidence = stated(
      image('a', {
        ...{ dockerImageManifestMediaType: mediaTypes.ociIndex, dockerImageLayers: null },
        dockerImageManifests: [{ digest: digest('b') }, { digest: digest('d') }],
      }),
    );
    expect(edgesOf(evidence)).toEqual([
      'image-object openshift:api/a -link→ openshift:api/blobs/a',
      'image-object openshift:api/a -child→ image-object openshift:api/b',
      'image-object openshift:api/a -child→ image-object openshift:api/d',
    ]);
  });

  it('is read from its manifest, too, where it has it: sizes, config, subject', () => {
    const descriptor = (letter: string, size: number) => ({ mediaType: 'x/y', digest: digest(letter), size });
    const text = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor('c', 7) },
      ...{ layers: [descriptor('1', 100), descriptor('2', 50)], subject: descriptor('5', 1) },
    });
    const evidence = stated(
      image('a', {
        ...{ dockerImageManifestMediaType: mediaTypes.ociManifest, dockerImageManifest: text },
        ...{ dockerImageMetadata: null, dockerImageLayers: null },
      }),
    );
    expect(edgesOf(evidence)).toEqual([
      'image-object openshift:api/a -link→ openshift:api/blobs/a',
      'image-object openshift:api/a -layer→ openshift:api/blobs/1',
      'image-object openshift:api/a -layer→ openshift:api/blobs/2',
      'image-object openshift:api/a -config→ openshift:api/blobs/c',
      'image-object openshift:api/a -subject→ image-object openshift:api/5',
    ]);
    expect(about(evidence, 'blob', digest('a'))?.sizeBytes).toBe(text.length);
    expect(about(evidence, 'blob', digest('c'))?.sizeBytes).toBe(7);
    expect(evidence.gaps).toEqual([]);
  });

  it.each([
    ['of an unknown media type', { dockerImageManifestMediaType: 'application/x-new' }, 'anything'],
    ['whose config nothing tells', { dockerImageMetadata: null }, 'configs'],
    ['whose layers are no digests', { dockerImageLayers: [{ name: 'layer' }] }, 'anything'],
    ['of an index that lists nothing', { dockerImageManifestMediaType: mediaTypes.ociIndex }, 'anything'],
    ['whose manifest is torn', { dockerImageManifest: '{"schemaVersion":2' }, 'anything'],
    [
      'without a media type and without metadata',
      { dockerImageManifestMediaType: '', dockerImageMetadata: 7 },
      'anything',
    ],
  ])('%s is opaque: a gap about it, and it keeps every digest that stands in it', (_, more, mayName) => {
    const evidence = stated(image('a', { ...more, comment: `from ${digest('e')}` }));

    expect(about(evidence, 'image-object', digest('a'))?.attributes).toMatchObject({ 'may-name': mayName });
    const pins = mayName === 'configs' ? /no config of any Image goes/ : /no Image goes, and no data of any/;
    expect(evidence.gaps).toMatchObject([
      {
        ...{ scope: `image-object ${API}/${digest('a')}`, hides: 'references', hint: expect.stringMatching(pins) },
        cause: expect.stringMatching(/^reading the Image sha256:a+: .+; so it may need (any|the config of any) other/),
      },
    ]);
    expect(edgesOf(evidence)).toContain('image-object openshift:api/a -opaque→ openshift:api/blobs/e');
    expect(edgesOf(evidence)).toContain('image-object openshift:api/a -opaque→ image-object openshift:api/e');
  });

  it('whose name is no digest is a gap for all of the API', () => {
    const evidence = stated({ apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: { name: 'cluster' } });
    expect(evidence.gaps).toMatchObject([{ scope: API, hides: 'references' }]);
  });

  it('without a time has no age', () => {
    for (const creationTimestamp of [null, '0001-01-01T00:00:00Z', 'yesterday'])
      expect(
        about(stated(image('a', { metadata: { name: digest('a'), creationTimestamp } })), 'image-object', digest('a')),
      ).not.toHaveProperty('createdAtMs');
  });

  it('of another group is none', () => {
    const evidence = stated({ apiVersion: 'config.openshift.io/v1', kind: 'Image', metadata: { name: 'cluster' } });
    expect(evidence.resources.size).toBe(0);
    expect(evidence.gaps).toEqual([]);
  });
});

describe('an ImageStream', () => {
  const item = (letter: string) => ({ image: digest(letter), created: '2026-01-02T03:04:05Z', generation: 1 });

  it('is stated with each item of each history', () => {
    const evidence = stated(
      stream({
        tags: [
          { tag: 'latest', items: [item('a'), item('b')] },
          { tag: 'empty', items: null },
        ],
      }),
    );
    expect(edgesOf(evidence)).toEqual([
      'openshift:api/shop/web:latest[0]@a -names→ image-object openshift:api/a',
      'openshift:api/shop/web:latest[1]@b -names→ image-object openshift:api/b',
    ]);
    expect(about(evidence, 'stream-item', `latest[1]@${digest('b')}`, `${API}/shop/web`)).toEqual({
      createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
    expect(about(evidence, 'repository', 'shop/web')).toEqual({});
  });

  it('may have no status yet', () => {
    expect(stated(stream(undefined)).gaps).toEqual([]);
    expect(stated(stream({})).gaps).toEqual([]);
  });

  it.each([
    [{ tags: 7 }],
    [{ tags: [{ items: [] }] }],
    [{ tags: [{ tag: 'a', items: {} }] }],
    [{ tags: [{ tag: 'a', items: [{}] }] }],
  ])('whose history is %j may name anything: a gap for all of the API', (status) => {
    expect(stated(stream(status)).gaps).toMatchObject([{ scope: API, hides: 'references' }]);
  });

  it('whose item names no digest is a gap about that item', () => {
    const evidence = stated(stream({ tags: [{ tag: 'a', items: [{ image: 'old-name', created: null }] }] }));
    expect(evidence.gaps).toMatchObject([{ scope: `${API}/shop/web:a[0]@old-name` }]);
  });

  it('without a name is a gap', () => {
    expect(stated(stream({}, {})).gaps).toMatchObject([{ scope: API, hides: 'existence' }]);
  });
});

describe('a LimitRange', () => {
  const limitOf = (evidence: Evidence) => about(evidence, 'repository', 'shop/web')?.attributes?.['max-image-bytes'];

  it('limits the streams of its namespace: the smallest of all counts, in whatever order they come', () => {
    expect(limitOf(stated(limits('shop', '1Gi', '100'), stream({}), limits('shop', '2k')))).toBe('100');
    expect(limitOf(stated(stream({}), limits('other', '1')))).toBeUndefined();
  });

  it.each([
    ['1Ki', '1024'],
    ['1.5Mi', '1572864'],
    ['2e3', '2000'],
    ['5M', '5000000'],
    [7, '7'],
  ])('%s is %s bytes', (quantity, bytes) => {
    expect(limitOf(stated(stream({}), limits('shop', quantity)))).toBe(bytes);
  });

  it('that can not be read is a gap for its namespace', () => {
    expect(stated(limits('shop', 'much')).gaps).toMatchObject([{ scope: `${API}/shop`, hides: 'references' }]);
  });

  it('of other things limits no images', () => {
    const pods = { ...limits('shop'), spec: { limits: [{ type: 'Pod', max: { storage: '1' } }, null] } };
    expect(limitOf(stated(stream({}), pods))).toBeUndefined();
  });
});
