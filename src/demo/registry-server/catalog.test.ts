import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { pushImage, pushTag } from '../../../test/support/push-image.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { manifestsPath, storeRoot } from '../../oci/distribution-layout.ts';
import { startRegistryServer } from './start-registry-server.ts';

async function start(folder = makeTempFolder('demo')) {
  const server = await startRegistryServer({ folder });
  atEnd(() => server.close());
  return server.url;
}

/** Follows `Link` from page to page, and returns each page. */
async function pages(url: string, path: string, field: string): Promise<string[][]> {
  const found: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const response: Response = await fetch(new URL(next, url));
    found.push(((await response.json()) as Record<string, string[]>)[field] ?? []);
    next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return found;
}

test('lists repositories in the order of a walk, nested ones too, page by page', async () => {
  const url = await start();
  for (const name of ['b', 'a-b', 'a/b', 'a', 'a/b/c']) await pushImage(url, name, { tag: 'v1' });

  expect(await pages(url, '/v2/_catalog', 'repositories')).toEqual([['a', 'a/b', 'a/b/c', 'a-b', 'b']]);
  expect(await pages(url, '/v2/_catalog?n=2', 'repositories')).toEqual([['a', 'a/b'], ['a/b/c', 'a-b'], ['b']]);
  expect(await pages(url, '/v2/_catalog?last=a/b/bb', 'repositories')).toEqual([['a/b/c', 'a-b', 'b']]);
});

test('cuts the catalog into pages of a hundred even when nobody asks', async () => {
  const folder = makeTempFolder('demo');
  const url = await start(folder);
  const names = Array.from({ length: 101 }, (_, n) => `r${String(n).padStart(3, '0')}`);
  for (const name of names) mkdirSync(manifestsPath(storeRoot(folder), name), { recursive: true });

  const [first, second] = await pages(url, '/v2/_catalog', 'repositories');

  expect([first?.length, second]).toEqual([100, ['r100']]);
});

test('lists tags in byte order, page by page', async () => {
  const url = await start();
  const image = await pushImage(url, 'team/app', { tag: 'v1' });
  for (const tag of ['v10', 'V2', 'v2', '_x']) await pushTag(url, 'team/app', tag, image);

  expect(await pages(url, '/v2/team/app/tags/list', 'tags')).toEqual([['V2', '_x', 'v1', 'v10', 'v2']]);
  expect(await pages(url, '/v2/team/app/tags/list?n=2', 'tags')).toEqual([['V2', '_x'], ['v1', 'v10'], ['v2']]);
  expect(await pages(url, '/v2/team/app/tags/list?n=0', 'tags')).toEqual([[]]);
});

test('does not know a repository that is not there, and does not take any word for a number', async () => {
  const url = await start();

  const absent = await fetch(`${url}/v2/team/none/tags/list`);
  const wrong = await fetch(`${url}/v2/_catalog?n=-1`);

  expect([absent.status, await absent.json()]).toMatchObject([404, { errors: [{ code: 'NAME_UNKNOWN' }] }]);
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ code: 'PAGINATION_NUMBER_INVALID' }] }]);
});
