import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Digest, digestsIn } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { isContentOf, referencesOf } from './references.ts';

const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): Digest => `sha256:${Buffer.from(bytes).toString('hex')}`);
const longDigest = digest.map((one): Digest => `sha512:${one.slice(7).repeat(2)}`);
const anyDigest = fc.oneof({ weight: 8, arbitrary: digest }, longDigest);
const descriptor = fc
  .record(
    {
      mediaType: fc.constantFrom(...Object.values(mediaTypes), 'x/y'),
      digest: fc.oneof({ weight: 30, arbitrary: anyDigest }, fc.string(), fc.constant(null)),
      size: fc.oneof({ weight: 30, arbitrary: fc.nat() }, fc.constantFrom(-1, 1.5, '7', null)),
      urls: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom([], ['https://a'], 'https://a')),
      annotations: fc.dictionary(fc.string(), fc.oneof(fc.string(), anyDigest)),
    },
    { requiredKeys: ['mediaType', 'digest', 'size'] },
  )
  .map((one) => one as unknown);
const some = fc.oneof({ weight: 12, arbitrary: descriptor }, fc.constantFrom(null, 7, 'x', []));
const body = fc.record(
  {
    schemaVersion: fc.oneof({ weight: 15, arbitrary: fc.constant(2) }, fc.constantFrom(1, '2', null)),
    mediaType: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.values(mediaTypes)) }, fc.string()),
    config: some,
    layers: fc.oneof({ weight: 9, arbitrary: fc.array(some, { maxLength: 4 }) }, some),
    manifests: fc.array(some, { maxLength: 3 }),
    blobs: fc.array(some, { maxLength: 3 }),
    subject: some,
    annotations: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), anyDigest)),
  },
  { requiredKeys: ['schemaVersion'] },
);
const usual = fc.record({
  schemaVersion: fc.constant(2),
  mediaType: fc.constantFrom(mediaTypes.ociManifest, mediaTypes.dockerManifest),
  config: descriptor,
  layers: fc.array(descriptor, { maxLength: 4 }),
});
const text = fc
  .tuple(fc.oneof(usual, body, fc.jsonValue()), fc.constantFrom(0, 1, 3), fc.constantFrom('', '\uFEFF', ' ', '}'))
  .map(([value, indent, before]) => before + JSON.stringify(value, undefined, indent));
const escaped = text.map((one) => one.replace(/a/g, '\\u0061'));

const toBytes = (one: string) => new TextEncoder().encode(one);
const jsonOf = (one: string): unknown => {
  try {
    return JSON.parse(one.replace('\uFEFF', ''));
  } catch {
    return undefined;
  }
};

describe('what a manifest names', () => {
  test('is what the full reading says, and all other digests in it', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: text }, escaped), (one) => {
        const full = parseManifest(toBytes(one), '');
        const found = referencesOf(toBytes(one));
        if (typeof found === 'string') {
          expect(full).toMatchObject({ kind: 'opaque', opaqueBecause: found });
          expect(jsonOf(one) instanceof Object && !Array.isArray(jsonOf(one))).toBe(false);
          return;
        }
        const typed = new Set(full.references.map(({ as, to }) => `${as} ${to.digest}`));
        const named = new Set(full.references.map(({ to }) => to.digest));
        const others = new Set([...digestsIn(one), ...digestsIn(JSON.stringify(jsonOf(one)))]);
        const opaque = [...others].filter((other) => !named.has(other)).map((other) => `opaque ${other}`);
        expect(new Set(found.names.map(([as, to]) => `${as} ${to}`))).toEqual(new Set([...typed, ...opaque]));
        expect(found.names.length).toBe(typed.size + opaque.length);
        const foreign = full.references.filter((reference) => reference.foreign && reference.as !== 'opaque');
        expect(found.foreign).toEqual(new Set(foreign.map(({ to }) => to.digest)));
      }),
      { numRuns: 2000 },
    );
  });

  test('is known of a manifest of schema 1, whose signatures could lie beside its link', () => {
    const layer: Digest = `sha256:${'a'.repeat(64)}`;
    const found = referencesOf(toBytes(JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: layer }] })));
    expect(found).toMatchObject({ names: [['opaque', layer]], isSchema1: true });
  });

  test('is unknown of bytes that are no JSON object', () => {
    for (const bytes of ['', '{"schemaVersion":2,"lay', '[]', '7', 'null', '\0\0'])
      expect(referencesOf(toBytes(bytes))).toBe('it is not a JSON object');
  });
});

test('bytes are told from those of another digest', () => {
  const bytes = toBytes('hello');
  const own: Digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  expect([isContentOf(own, bytes), isContentOf(own, toBytes('hallo'))]).toEqual([true, false]);
});
