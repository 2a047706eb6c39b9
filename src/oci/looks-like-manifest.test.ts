import { describe, expect, test } from 'vitest';
import { looksLikeManifest } from './looks-like-manifest.ts';
import { parseManifest } from './manifest.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 1 };
const oci = { schemaVersion: 2, config: descriptor, layers: [descriptor] };

const bytesOf = (content: unknown) => Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));

describe('content that could be a manifest', () => {
  test.each([
    ['an image', oci],
    ['an index', { schemaVersion: 2, manifests: [descriptor] }],
    ['one of schema 1, signed', { schemaVersion: 1, name: 'app', fsLayers: [{ blobSum: DIGEST }], signatures: [] }],
    ['one of schema 1 that says no version', { fsLayers: [{ blobSum: DIGEST }] }],
    ['one of a type that nobody knows', { mediaType: 'application/vnd.acme.thing.v9+json', parts: [DIGEST] }],
    ['one of a version to come', { schemaVersion: 3 }],
    ['one that is cut short', JSON.stringify(oci).slice(0, 40)],
    ['one with blanks in front', `\n\n\t ${JSON.stringify(oci)}`],
    ['one with very many blanks in front', `${' '.repeat(5000)}${JSON.stringify(oci)}`],
    [
      'one with escapes in its keys',
      JSON.stringify(oci).replaceAll('schemaV', '\\u0073chemaV').replaceAll('mediaT', '\\u006dediaT'),
    ],
  ])('is %s', (_, content) => {
    expect(looksLikeManifest(bytesOf(content))).toBe(true);
  });

  test.each([
    ['an image’s config', { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [DIGEST] } }],
    ['an empty config', {}],
    ['nothing', ''],
    ['a list', [oci]],
    ['text', '"schemaVersion": 2'],
  ])('is not %s', (_, content) => {
    expect(looksLikeManifest(bytesOf(content))).toBe(false);
  });

  test('is not a layer', () => {
    expect(looksLikeManifest(Uint8Array.from([0x1f, 0x8b, 8, 0, ...bytesOf('{"schemaVersion":2}')]))).toBe(false);
  });

  test('is whatever is read as one', () => {
    for (const media of [
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ]) {
      const bytes = bytesOf({ ...oci, mediaType: media });
      expect(parseManifest(bytes, '').kind).toBe('image');
      expect(looksLikeManifest(bytes)).toBe(true);
    }
  });
});
