import type { _Object, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { checkedPage } from './checked-page.ts';

function entry(Key: string, more: Partial<_Object> = {}): _Object {
  return { Key, Size: 71, LastModified: new Date(1000), ETag: '"e"', ...more };
}

function check(
  page: Partial<ListObjectsV2CommandOutput>,
  request: { readonly after?: string; readonly token?: string } = {},
) {
  return checkedPage(
    { $metadata: {}, ...page },
    'store/',
    { prefix: 'blobs/', ...request },
    's3://bucket/store/blobs/',
  );
}

describe('a page of a listing', () => {
  test('is taken with keys without the prefix of the store', () => {
    const page = check({ Contents: [entry('store/blobs/a'), entry('store/blobs/b')], KeyCount: 2 });

    expect(page).toEqual({
      objects: [
        { key: 'blobs/a', sizeBytes: 71, atMs: 1000, etag: 'e' },
        { key: 'blobs/b', sizeBytes: 71, atMs: 1000, etag: 'e' },
      ],
      folders: [],
      next: undefined,
    });
  });

  test.each<[string, Partial<ListObjectsV2CommandOutput>, { after?: string; token?: string }]>([
    ['lies elsewhere', { Contents: [entry('other/blobs/a')] }, {}],
    ['without a key, a length or a time', { Contents: [{ Key: 'store/blobs/a', Size: 1 }] }, {}],
    ['without a key, a length or a time', { Contents: [{ Key: 'store/blobs/a', LastModified: new Date(0) }] }, {}],
    ['not in order', { Contents: [entry('store/blobs/b'), entry('store/blobs/a')] }, {}],
    ['told twice', { Contents: [entry('store/blobs/a'), entry('store/blobs/a')] }, {}],
    ['not in order', { Contents: [entry('store/blobs/a')] }, { after: 'blobs/b' }],
    ['it has 1 entries and says 2', { Contents: [entry('store/blobs/a')], KeyCount: 2 }, {}],
    ['it is said to go on, but not where', { IsTruncated: true }, {}],
    ['it goes on where it just was', { IsTruncated: true, NextContinuationToken: 't' }, { token: 't' }],
  ])('that makes no sense ends the walk: %s', (how, page, request) => {
    expect(() => check(page, request)).toThrow(
      expect.objectContaining({ code: 'STORE_WALK_FAILED', message: expect.stringContaining(how) }),
    );
  });
});
