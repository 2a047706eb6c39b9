import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from './digest.ts';
import { parseManifest } from './manifest.ts';
import { mediaTypes } from './media-type.ts';

const a: Digest = `sha256:${'a'.repeat(64)}`;
const b: Digest = `sha256:${'b'.repeat(64)}`;
const long: Digest = `sha512:${'c'.repeat(128)}`;

function parse(body: unknown, contentType = '') {
  return parseManifest(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)), contentType);
}

function names(body: unknown, contentType = ''): string[] {
  return parse(body, contentType).references.map(
    ({ as, to, foreign }) => `${as} ${to.digest}${foreign ? ' foreign' : ''}`,
  );
}

const config = { mediaType: mediaTypes.ociConfig, digest: a, size: 1 };
const layer = { mediaType: mediaTypes.ociLayer, digest: b, size: 2 };
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };

describe('parseManifest', () => {
  it('reads config, layers and subject of an image', () => {
    expect(names({ ...image, subject: { ...layer, digest: long } })).toEqual([
      `config ${a}`,
      `layer ${b}`,
      `subject ${long}`,
    ]);
  });

  it('reads the children of an index, with their platforms', () => {
    const child = {
      mediaType: mediaTypes.ociManifest,
      digest: a,
      size: 3,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    };
    const index = parse({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [child] });

    expect(index.kind).toBe('index');
    expect(index.references[0]?.to.platform).toEqual({ os: 'linux', architecture: 'arm64', variant: 'v8' });
  });

  it('reads Docker images and lists', () => {
    expect(parse({ ...image, mediaType: mediaTypes.dockerManifest }).kind).toBe('image');
    expect(
      names({
        schemaVersion: 2,
        mediaType: mediaTypes.dockerList,
        manifests: [{ ...layer, mediaType: mediaTypes.dockerManifest }],
      }),
    ).toEqual([`child ${b}`]);
  });

  it('reads the blobs and the subject of an artifact manifest', () => {
    expect(names({ schemaVersion: 2, mediaType: mediaTypes.ociArtifact, blobs: [layer], subject: config })).toEqual([
      `layer ${b}`,
      `subject ${a}`,
    ]);
  });

  it('takes the media type from the header, or from an unmistakable shape, where the body has none', () => {
    const { mediaType: _, ...bare } = image;
    expect(parse(bare, mediaTypes.ociManifest).kind).toBe('image');
    expect(parse(bare).kind).toBe('image');
    expect(parse({ schemaVersion: 2, manifests: [] }).kind).toBe('index');
  });

  it('knows content that lies elsewhere', () => {
    expect(names({ ...image, layers: [{ ...layer, urls: ['https://elsewhere.test/l'] }] })).toEqual([
      `config ${a}`,
      `layer ${b} foreign`,
    ]);
  });

  it.each([
    ['schema 1', { schemaVersion: 1, fsLayers: [{ blobSum: a }] }],
    ['an unknown media type', { schemaVersion: 2, mediaType: 'application/vnd.strange.v1+json', thing: a }],
    ['an image that lists manifests as well', { ...image, manifests: [] }],
    [
      'an index that has layers as well',
      { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], layers: [layer] },
    ],
    ['a descriptor without a size', { ...image, layers: [{ mediaType: 'x', digest: b }] }],
    ['a descriptor with a digest of another kind', { ...image, config: { ...config, digest: 'md5:abc' }, note: a }],
    ['an image without a config', { schemaVersion: 2, mediaType: mediaTypes.ociManifest, layers: [layer] }],
    ['what is no JSON', `not json, but it says ${a}`],
    ['a list', [a]],
    ['a body whose type is not the header', image, mediaTypes.ociIndex],
  ])('holds %s for opaque, naming every digest in it', (_, body, contentType?: string) => {
    const manifest = parse(body, contentType ?? '');
    const text = typeof body === 'string' ? body : JSON.stringify(body);

    expect(manifest.kind).toBe('opaque');
    expect(manifest.opaqueBecause).toBeDefined();
    for (const digest of [a, b])
      if (text.includes(digest)) expect(manifest.references.map(({ to }) => to.digest)).toContain(digest);
    expect(manifest.references.every(({ as, foreign }) => as === 'opaque' && foreign)).toBe(true);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        fc.constantFrom('', mediaTypes.ociIndex, 'text/html'),
        (bytes, type) => {
          expect(parseManifest(bytes, type).references).toBeInstanceOf(Array);
        },
      ),
    );
  });

  it('misses no digest of a manifest that it does not understand', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(fc.array(hex, { maxLength: 5 }), (list) => {
        const digests = list.map((one) => `sha256:${one}`);
        const found = parse({ schemaVersion: 9, deep: { list: digests.map((digest) => ({ digest })) } }).references.map(
          ({ to }) => to.digest as string,
        );
        expect(new Set(found)).toEqual(new Set(digests));
      }),
    );
  });
});
