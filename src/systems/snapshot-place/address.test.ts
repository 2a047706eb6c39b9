import { describe, expect, test } from 'vitest';
import { formatPlace, parsePlace } from './address.ts';

describe('the place of a snapshot', () => {
  test.each([
    ['/srv/prod.ndjson', { kind: 'file', path: '/srv/prod.ndjson' }],
    [
      'oci://registry:5000/winnow/snapshots:prod-eu',
      { kind: 'oci', host: 'registry:5000', repository: 'winnow/snapshots', tag: 'prod-eu' },
    ],
    ['oci://[::1]:5000/snapshots:a', { kind: 'oci', host: '[::1]:5000', repository: 'snapshots', tag: 'a' }],
    ['s3://bucket/winnow/prod.ndjson.gz', { kind: 's3', bucket: 'bucket', key: 'winnow/prod.ndjson.gz' }],
    [
      's3://bucket/a?endpoint=https://s3.example:9000&region=eu-1&forcePathStyle=false',
      {
        ...{ kind: 's3', bucket: 'bucket', key: 'a' },
        ...{ endpoint: 'https://s3.example:9000', region: 'eu-1', forcePathStyle: false },
      },
    ],
  ])('%s is read, and written again as it was', (text, address) => {
    expect(parsePlace(text)).toEqual(address);
    expect(formatPlace(parsePlace(text))).toBe(text);
  });

  test.each([
    ['', 'it is empty'],
    ['https://registry.example/app', 'https:// is no place for snapshots'],
    ['oci://registry.example/snapshots', 'it is not oci://HOST/REPOSITORY:TAG'],
    ['oci://registry.example/Snapshots:v1', 'it is not oci://HOST/REPOSITORY:TAG'],
    ['oci://me:secret@registry.example/a:b', 'the address with an @ in it'],
    ['s3://', 'no bucket’s name'],
    ['s3://bucket/folder/', 'it names no object in the bucket bucket'],
    ['s3://bucket/a?secretKey=hunter2', 'it holds credentials'],
    ['s3://bucket/a?regoin=eu', 'it has the parameter regoin'],
    ['s3://bucket/a?endpoint=https://me:hunter2@s3.example', 'its endpoint is not written like'],
    ['s3://bucket/a?forcePathStyle=1', 'its forcePathStyle is neither'],
  ])('%s is none, and the message tells no secret', (text, why) => {
    expect(() => parsePlace(text)).toThrow(why);
    try {
      parsePlace(text);
    } catch (error) {
      expect(error).toMatchObject({ code: 'SNAPSHOT_PLACE_INVALID' });
      expect((error as Error).message).not.toMatch(/secret@|hunter2/);
    }
  });
});
