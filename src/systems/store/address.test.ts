import { describe, expect, test } from 'vitest';
import { formatStoreAddress, parseStoreAddress } from './address.ts';
import { storeKindNames, storeKinds } from './index.ts';

describe('the address of a store', () => {
  test.each([
    ['distribution-fs:/var/lib/registry', { kind: 'distribution-fs', dir: '/var/lib/registry' }],
    ['distribution-fs:/var/lib/registry/', { kind: 'distribution-fs', dir: '/var/lib/registry' }],
    ['trow-files:/data', { kind: 'trow-files', dir: '/data' }],
    ['trow-files:/odd:name', { kind: 'trow-files', dir: '/odd:name' }],
    ['s3://bucket', { kind: 'distribution-s3', bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket/a/b/', { kind: 'distribution-s3', bucket: 'my.bucket', prefix: 'a/b' }],
    [
      's3://bucket/registry?endpoint=https://s3.example:9000&region=eu-1&forcePathStyle=true',
      {
        kind: 'distribution-s3',
        bucket: 'bucket',
        prefix: 'registry',
        endpoint: 'https://s3.example:9000',
        region: 'eu-1',
        forcePathStyle: true,
      },
    ],
    [
      's3://bucket/?copyQuarantine=true&allowNoQuarantine=false',
      { kind: 'distribution-s3', bucket: 'bucket', prefix: '', copyQuarantine: true, allowNoQuarantine: false },
    ],
  ])('%s is read', (text, address) => {
    expect(parseStoreAddress(text)).toEqual(address);
  });

  test('is read again from how it is shown', () => {
    for (const text of [
      'trow-files:/data',
      's3://bucket/registry?endpoint=http://127.0.0.1:9000&region=eu-1&forcePathStyle=false',
    ])
      expect(formatStoreAddress(parseStoreAddress(text))).toBe(text);
  });

  test('may name a folder from where one is', () => {
    expect(parseStoreAddress('trow-files:data')).toEqual({ kind: 'trow-files', dir: `${process.cwd()}/data` });
  });

  test.each([
    ['', 'it names no kind of store', 'distribution-fs:DIR'],
    ['/var/lib/registry', '/var/lib/registry does not say what lies there', 'Write distribution-fs:/var/lib/registry'],
    ['./registry', 'does not say what lies there', 'trow-files:./registry'],
    ['trow:/data', 'the kind trow is not known', 'trow-files:DIR'],
    ['zot:/data', 'the kind zot is not known', 'distribution-fs:DIR'],
    ['distribution-fs:', 'no folder follows distribution-fs:', 'distribution-fs:DIR'],
    ['s3:bucket/prefix', 's3: does not begin an address', 's3://BUCKET'],
    ['s3://', 'no bucket follows s3://', 's3://BUCKET'],
    ['s3://b!/x', "b! is no bucket's name", 's3://BUCKET'],
    ['s3://bucket?endpont=http://x', 'the parameter endpont, which is not known', 'endpoint, region'],
    ['s3://bucket?region=a&region=b', 'the parameter region twice', 'Leave one'],
    ['s3://bucket?region=', 'its region is empty', 'Name the region'],
    ['s3://bucket?endpoint=s3.example:9000', 'its endpoint is "s3.example:9000"', 'endpoint=https://s3.example:9000'],
    ['s3://bucket?forcePathStyle=yes', 'its forcePathStyle is "yes"', 'forcePathStyle=true'],
  ])('like %j is refused with the part that is wrong, and what to write', (text, what, hint) => {
    expect(() => parseStoreAddress(text)).toThrow(
      expect.objectContaining({
        code: 'STORE_SETTINGS_INVALID',
        message: expect.stringContaining(what),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  test.each([
    's3://AKIAIOSFODNN7:hunter2@bucket/x',
    's3://bucket?secretAccessKey=hunter2',
    's3://bucket?accessKeyId=hunter2',
    's3://bucket?endpoint=https://user:hunter2@s3.example',
    's3://bucket?endpoint=https://user:hunter2@:x',
  ])('%s is refused without repeating the secret', (text) => {
    let thrown: unknown;
    try {
      parseStoreAddress(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'STORE_SETTINGS_INVALID', message: expect.stringContaining('credentials') });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('hunter2');
  });

  test('of each kind is written as its form says', () => {
    for (const kind of storeKindNames)
      expect(
        parseStoreAddress(storeKinds[kind].form.replace('URL', 'https://s3.example').replace('DIR', '/x')).kind,
      ).toBe(kind);
  });
});
