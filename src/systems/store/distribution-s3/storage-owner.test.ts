import { expect, test } from 'vitest';
import type { BucketReader, ListRequest } from './bucket.ts';
import { storageOwner } from './storage-owner.ts';

const { signal } = new AbortController();
const HEX = 'ab'.repeat(32);

/** A bucket that has these keys, and counts what it is asked. */
function bucketOf(keys: readonly string[]) {
  const seen = { requests: 0 };
  const list = async ({ prefix, byFolder, maxKeys = 1000 }: ListRequest) => {
    seen.requests += 1;
    expect(byFolder).toBe(true);
    const rest = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    const folders = [
      ...new Set(rest.filter((key) => key.includes('/')).map((key) => key.slice(0, key.indexOf('/') + 1))),
    ];
    const objects = rest.filter((key) => !key.includes('/')).map((key) => ({ key: prefix + key }));
    return { objects, folders: folders.slice(0, maxKeys).map((name) => prefix + name), next: undefined };
  };
  return { bucket: { list } as unknown as BucketReader, seen };
}

test.each([
  ['zot', ['app/oci-layout', 'app/index.json', `app/blobs/sha256/${HEX}`]],
  ['zot', ['team/deep/app/oci-layout', 'team/deep/app/index.json']],
  ['Quay', [`sha256/ab/${HEX}`, 'uploads/one']],
  ['Quay', [`registry/sha256/ab/${HEX}`, 'registry/uploads/one']],
  ['Quay', [`datastorage/registry/sha256/ab/${HEX}`]],
  [undefined, ['photos/2026/one.jpg', 'index.html']],
  [undefined, ['oci-layout', 'index.json', `blobs/sha256/${HEX}`]],
  [undefined, [`blobs/sha256/ab/${HEX}/data`, 'repositories/app/_layers/x']],
  [undefined, []],
])('a bucket is %s’s by %j', async (product, keys) => {
  expect((await storageOwner(bucketOf(keys).bucket, signal))?.product).toBe(product);
});

test('a large bucket of something else costs few requests', async () => {
  const keys = Array.from({ length: 5000 }, (_, n) => `a${n % 100}/b${n}/c/d/e`);
  const { bucket, seen } = bucketOf(keys);

  expect(await storageOwner(bucket, signal)).toBeUndefined();
  expect(seen.requests).toBeLessThan(40);
});
