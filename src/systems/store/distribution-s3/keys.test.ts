import { expect, test } from 'vitest';
import { digestOfData, REPOSITORIES, readKey } from './keys.ts';

const HEX = 'ab'.repeat(32);
const digest = `sha256:${HEX}`;

test.each([
  ['app/_layers/sha256/HEX/link', { is: 'layer-link', repository: 'app', digest }],
  ['a/b/c/_layers/sha256/HEX/link', { is: 'layer-link', repository: 'a/b/c', digest }],
  ['app/_layers/tarsum/v1/sha256/HEX/link', { is: 'layer-link', repository: 'app', digest: undefined }],
  ['app/_manifests/revisions/sha256/HEX/link', { is: 'revision-link', repository: 'app', digest }],
  [
    'app/_manifests/revisions/sha256/HEX/signatures/sha256/HEX/link',
    { is: 'signature-link', repository: 'app', manifest: digest, digest },
  ],
  ['app/_manifests/tags/v1/current/link', { is: 'current-link', repository: 'app', tag: 'v1' }],
  ['app/_manifests/tags/v1/index/sha256/HEX/link', { is: 'history-link', repository: 'app', tag: 'v1', digest }],
  ['app/_uploads/u-1/hashstates/sha256/0', { is: 'upload-part', repository: 'app', uuid: 'u-1' }],
  ['app/_uploads/u-1/data', { is: 'upload-part', repository: 'app', uuid: 'u-1' }],
  ['app/_manifests/tags/', { is: 'trace', repository: 'app' }],
  ['app/_layers/sha256/HEX/link.0b2c3d4e-0000-4000-8000-000000000000.tmp', { is: 'temporary-file', repository: 'app' }],
  ['app/_unknown/x', { is: 'other', repository: 'app' }],
  ['_layers/sha256/HEX/link', undefined],
  ['_trash/_layers/sha256/HEX/link', undefined],
  ['stray', undefined],
])('reads %s', (path, thing) => {
  expect(readKey(REPOSITORIES + path.replaceAll('HEX', HEX))).toEqual(thing);
});

test('knows the data of a blob, and nothing that only looks like it', () => {
  const at = (path: string) => digestOfData(`docker/registry/v2/${path}`);

  expect(at(`blobs/sha256/ab/${HEX}/data`)).toBe(digest);
  expect(at(`blobs/sha256/cd/${HEX}/data`)).toBeUndefined();
  expect(at(`blobs/sha256/ab/${HEX}/`)).toBeUndefined();
  expect(at(`blobs/sha512/ab/${HEX}/data`)).toBeUndefined();
});
