import { describe, expect, test } from 'vitest';
import type { BucketReader, ListPage, ListRequest } from './bucket.ts';
import { BLOBS, REPOSITORIES } from './keys.ts';
import { listAll } from './list-all.ts';

const never = new AbortController().signal;

/** A bucket of these keys that gives so many a page, as S3 does. */
function bucketOf(keys: readonly string[], pageSize: number) {
  const sorted = [...keys].sort();
  let atOnce = 0;
  const seen = { requests: 0, mostAtOnce: 0 };
  async function list({ prefix, after = '', byFolder = false, token = '' }: ListRequest): Promise<ListPage> {
    seen.requests += 1;
    atOnce += 1;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    const [kind, last = ''] = token.split('|');
    const from = last > after ? last : after;
    const objects: ListPage['objects'][number][] = [];
    const folders: string[] = [];
    for (const key of sorted) {
      if (!key.startsWith(prefix) || key <= from || (kind === 'folder' && key.startsWith(last))) continue;
      const slash = byFolder ? key.indexOf('/', prefix.length) : -1;
      const folder = slash < 0 ? undefined : key.slice(0, slash + 1);
      if (folder !== undefined && folder === folders.at(-1)) continue;
      if (objects.length + folders.length === pageSize) {
        const [object = '', ended = ''] = [objects.at(-1)?.key, folders.at(-1)];
        return { objects, folders, next: ended > object ? `folder|${ended}` : `key|${object}` };
      }
      if (folder === undefined) objects.push({ key, sizeBytes: 1, atMs: 0, etag: '' });
      else folders.push(folder);
    }
    return { objects, folders, next: undefined };
  }
  return { bucket: { list } as unknown as BucketReader, seen };
}

async function listed(keys: readonly string[], prefix: string, pageSize: number) {
  const { bucket, seen } = bucketOf(keys, pageSize);
  const found: string[] = [];
  await listAll(
    { bucket, readers: 4, take: (objects) => void found.push(...objects.map(({ key }) => key)) },
    prefix,
    never,
  );
  return { found, ...seen };
}

function hexes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => ((n * 2654435761) >>> 0).toString(16).padStart(8, '0').repeat(8));
}

describe('listing all keys', () => {
  test('takes one request where a page holds all', async () => {
    const { found, requests } = await listed(['docker/registry/v2/blobs/a', 'other'], BLOBS, 10);

    expect(found).toEqual(['docker/registry/v2/blobs/a']);
    expect(requests).toBe(1);
  });

  test('finds every key of many blobs once, several parts at a time', async () => {
    const keys = hexes(500).map((hex) => `${BLOBS}sha256/${hex.slice(0, 2)}/${hex}/data`);

    const { found, mostAtOnce } = await listed(keys, BLOBS, 7);

    expect(found.sort()).toEqual([...keys].sort());
    expect(mostAtOnce).toBe(4);
  });

  test.each([1, 2, 3, 7, 50])('finds every key of nested repositories once, with pages of %d', async (pageSize) => {
    const keys = ['a', 'a/b', 'a-b', 'c/d/e', 'z'].flatMap((name) => [
      ...hexes(20).map((hex) => `${REPOSITORIES}${name}/_layers/sha256/${hex}/link`),
      ...hexes(9).map((hex) => `${REPOSITORIES}${name}/_manifests/revisions/sha256/${hex}/link`),
      ...hexes(5).map((hex) => `${REPOSITORIES}${name}/_manifests/tags/t${hex.slice(0, 3)}/index/sha256/${hex}/link`),
      `${REPOSITORIES}${name}/_manifests/tags/v1/current/link`,
      `${REPOSITORIES}${name}/_uploads/u-1/startedat`,
      `${REPOSITORIES}${name}/`,
    ]);

    const { found } = await listed(keys, REPOSITORIES, pageSize);

    expect(found.sort()).toEqual([...keys].sort());
  });

  test('fails as a whole when one page fails', async () => {
    const keys = hexes(100).map((hex) => `${BLOBS}sha256/${hex.slice(0, 2)}/${hex}/data`);
    const { bucket } = bucketOf(keys, 5);
    const broken = {
      ...bucket,
      list: async (request: ListRequest, signal: AbortSignal) => {
        if (request.prefix.endsWith('/sha256/9e/')) throw new Error('refused');
        return bucket.list(request, signal);
      },
    };

    const listing = listAll({ bucket: broken as BucketReader, readers: 4, take: () => undefined }, BLOBS, never);

    await expect(listing).rejects.toThrow('refused');
  });
});
