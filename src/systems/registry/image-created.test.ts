import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { digestOf } from './content-digest.ts';
import { readImageConfig } from './image-config.ts';
import { createCreatedTimes, createdInAnnotations, imageConfigOf } from './image-created.ts';

const digest = (name: string) => digestOf(Buffer.from(name));
const [A, B, C, I, J] = [digest('a'), digest('b'), digest('c'), digest('i'), digest('j')];

describe('when an image was made', () => {
  test.each([
    ['to the nanosecond', '{"created":"2024-01-02T03:04:05.678901234Z"}', Date.UTC(2024, 0, 2, 3, 4, 5, 678)],
    ['with an offset', '{"created":"2024-01-02T03:04:05+01:00"}', Date.UTC(2024, 0, 2, 2, 4, 5)],
    ['at the epoch, which is judged elsewhere', '{"created":"1970-01-01T00:00:00Z"}', 0],
    ['at a time that is none', '{"created":"soon"}', undefined],
    ['at no time', '{"created":null}', undefined],
    ['in what is no config', 'x', undefined],
  ])('is read %s', (_, text, expected) => {
    expect(readImageConfig(Buffer.from(text), []).createdAtMs).toBe(expected);
  });

  test('is looked for in configs of images alone', () => {
    const manifest = (mediaType: string) => {
      const config = { mediaType, digest: A, size: 1 };
      const body = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] };
      return parseManifest(Buffer.from(JSON.stringify(body)), mediaTypes.ociManifest);
    };
    expect(imageConfigOf(manifest(mediaTypes.ociConfig))?.digest).toBe(A);
    expect(imageConfigOf(manifest(mediaTypes.dockerConfig))?.digest).toBe(A);
    expect(imageConfigOf(manifest('application/vnd.cncf.helm.config.v1+json'))).toBeUndefined();
    expect(createdInAnnotations(manifest(mediaTypes.ociConfig))).toBeUndefined();
  });
});

describe('when an index was made', () => {
  test('is when the newest below it was', () => {
    const times = createCreatedTimes();
    times.note(A, 1);
    times.note(B, 3);
    times.noteChildren(J, [B, C]);
    times.noteChildren(I, [A, J]);
    expect([A, B, C, I, J].map(times.of)).toEqual([1, 3, undefined, 3, 3]);
  });

  test('is unknown where nothing below it tells', () => {
    const times = createCreatedTimes();
    times.noteChildren(I, [A]);
    times.note(A, undefined);
    expect(times.of(I)).toBeUndefined();
  });
});
