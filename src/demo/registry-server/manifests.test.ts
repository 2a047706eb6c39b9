import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import {
  digestOf,
  type PushedManifest,
  pushBlob,
  pushImage,
  pushIndex,
  pushManifest,
  pushTag,
} from '../../../test/support/push-image.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Digest } from '../../oci/digest.ts';
import {
  blobPath,
  currentLinkPath,
  revisionLinkPath,
  storeRoot,
  tagIndexLinkPath,
} from '../../oci/distribution-layout.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { startRegistryServer } from './start-registry-server.ts';

const folder = makeTempFolder('demo');
const root = storeRoot(folder);
let url = '';
let byTag = '';

beforeAll(async () => {
  const server = await startRegistryServer({ folder });
  const third = await startRegistryServer({ folder, deleteByTag: true });
  atEnd(() => server.close());
  atEnd(() => third.close());
  url = server.url;
  byTag = third.url;
});

const ask = (method: string, repository: string, reference: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v2/${repository}/manifests/${reference}`, { method, headers });

function put(repository: string, reference: string, body: string | object, type?: string): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = type === undefined ? {} : { 'content-type': type };
  return fetch(`${url}/v2/${repository}/manifests/${reference}`, { method: 'PUT', body: Buffer.from(text), headers });
}

test('gives back the very bytes, by tag and by digest, with what they are', async () => {
  const image = await pushImage(url, 'team/app', { tag: 'v1' });

  for (const reference of ['v1', image.digest]) {
    const got = await ask('GET', 'team/app', reference);
    expect(Buffer.from(await got.arrayBuffer())).toEqual(Buffer.from(image.bytes));
    expect(got.headers.get('docker-content-digest')).toBe(image.digest);
    expect(got.headers.get('content-type')).toBe(mediaTypes.ociManifest);
    const head = await ask('HEAD', 'team/app', reference);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(image.size)]);
  }
  expect((await ask('GET', 'team/app', 'v1', { 'if-none-match': `"${image.digest}"` })).status).toBe(304);
});

test('lays a manifest down where Distribution looks for it', async () => {
  const first = await pushImage(url, 'layout', { tag: 'v1', label: 'first' });
  const second = await pushImage(url, 'layout', { tag: 'v1', label: 'second' });

  expect(readFileSync(currentLinkPath(root, 'layout', 'v1'), 'utf8')).toBe(second.digest);
  for (const digest of [first.digest, second.digest] as Digest[]) {
    expect(readFileSync(tagIndexLinkPath(root, 'layout', 'v1', digest), 'utf8')).toBe(digest);
    expect(readFileSync(revisionLinkPath(root, 'layout', digest), 'utf8')).toBe(digest);
    expect(digestOf(readFileSync(blobPath(root, digest)))).toBe(digest);
  }
});

test('does not know a tag, a digest or a repository that is not there, nor what is no reference', async () => {
  await pushImage(url, 'team/app', { tag: 'v1' });

  for (const [repository, reference] of [
    ['team/app', 'v9'],
    ['team/app', `sha256:${'0'.repeat(64)}`],
    ['nobody', 'v1'],
    ['team/app', '.not-a-tag'],
  ] as const) {
    const got = await ask('GET', repository, reference);
    expect([got.status, await got.json()]).toMatchObject([404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }]);
  }
});

test('refuses a manifest of which something is missing, and names each piece', async () => {
  const absent = (n: number) => ({ mediaType: mediaTypes.ociLayer, digest: `sha256:${String(n).repeat(64)}`, size: 1 });
  const config = await pushBlob(url, 'app', '{}', mediaTypes.ociConfig);
  const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [absent(1), absent(2)] };
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [absent(3)] };

  const refusedImage = await put('app', 'v1', image, mediaTypes.ociManifest);
  const refusedIndex = await put('app', 'v1', index, mediaTypes.ociIndex);

  expect([refusedImage.status, await refusedImage.json()]).toMatchObject([
    400,
    { errors: [1, 2].map((n) => ({ code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: absent(n).digest } })) },
  ]);
  expect([refusedIndex.status, await refusedIndex.json()]).toMatchObject([
    400,
    { errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }] },
  ]);
  expect((await ask('GET', 'app', 'v1')).status).toBe(404);
});

test('asks for no foreign layer: it lies elsewhere', async () => {
  const config = await pushBlob(url, 'app', '{}', mediaTypes.ociConfig);
  const foreign = {
    mediaType: mediaTypes.ociLayer,
    digest: `sha256:${'5'.repeat(64)}`,
    size: 1,
    urls: ['https://example.com/layer'],
  };

  const taken = await put(
    'app',
    'foreign',
    { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [foreign] },
    mediaTypes.ociManifest,
  );

  expect(taken.status).toBe(201);
});

test.each([
  ['not JSON', '{', mediaTypes.ociManifest],
  [
    'a type that differs from the Content-Type',
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] },
    mediaTypes.ociManifest,
  ],
  ['nothing that tells what it is', { schemaVersion: 2, parts: [] }, 'application/vnd.example+json'],
  ['an index without manifests', { schemaVersion: 2, mediaType: mediaTypes.ociIndex }, mediaTypes.ociIndex],
])('refuses %s', async (_, body, type) => {
  const refused = await put('app', 'bad', body, type);

  expect([refused.status, await refused.json()]).toMatchObject([400, { errors: [{ code: 'MANIFEST_INVALID' }] }]);
});

test('takes a manifest of an unknown type as it is', async () => {
  const mediaType = 'application/vnd.example.bundle.v1+json';
  const bundle = await pushManifest(
    url,
    'app',
    { schemaVersion: 2, mediaType, parts: [`sha256:${'7'.repeat(64)}`] },
    'bundle',
  );

  const got = await ask('GET', 'app', 'bundle');

  expect([got.headers.get('content-type'), got.headers.get('docker-content-digest')]).toEqual([
    mediaType,
    bundle.digest,
  ]);
});

test('tells an OCI manifest that does not say its type by its shape', async () => {
  const image = await pushImage(url, 'shape');
  const { mediaType: _, ...body } = JSON.parse(Buffer.from(image.bytes).toString()) as Record<string, unknown>;

  expect((await put('shape', 'v1', body)).status).toBe(201);
  expect((await ask('GET', 'shape', 'v1')).headers.get('content-type')).toBe(mediaTypes.ociManifest);
});

test('refuses what is not what its digest says, what is no tag, and what is larger than 4 MiB', async () => {
  const image = await pushImage(url, 'app');
  const bytes = Buffer.from(image.bytes).toString();

  const wrong = await put('app', `sha256:${'9'.repeat(64)}`, bytes, image.mediaType);
  const noTag = await put('app', '.v1', bytes, image.mediaType);
  const large = await put('app', 'large', ' '.repeat(4 * 1024 * 1024 + 1), image.mediaType);

  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ code: 'DIGEST_INVALID' }] }]);
  expect([noTag.status, await noTag.json()]).toMatchObject([400, { errors: [{ code: 'TAG_INVALID' }] }]);
  expect([large.status, await large.json()]).toMatchObject([413, { errors: [{ code: 'MANIFEST_INVALID' }] }]);
});

test('verifies a sha512 digest, and answers to it until the manifest is deleted', async () => {
  const image = await pushImage(url, 'long');
  const long = `sha512:${createHash('sha512').update(image.bytes).digest('hex')}`;

  const pushed = await put('long', long, Buffer.from(image.bytes).toString(), image.mediaType);
  const got = await ask('GET', 'long', long);
  const deleted = await ask('DELETE', 'long', image.digest);

  expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, long]);
  expect([got.status, got.headers.get('docker-content-digest')]).toEqual([200, long]);
  expect(deleted.status).toBe(202);
  expect((await ask('GET', 'long', long)).status).toBe(404);
});

async function threeTags(repository: string): Promise<PushedManifest> {
  const image = await pushImage(url, repository, { tag: 'one' });
  await pushTag(url, repository, 'two', image);
  await pushImage(url, repository, { tag: 'other', label: 'other' });
  return image;
}

const tagsOf = async (repository: string) =>
  ((await (await fetch(`${url}/v2/${repository}/tags/list`)).json()) as { tags: string[] }).tags;

test('deletes by digest, and takes every tag of that digest along', async () => {
  const image = await threeTags('siblings');

  const deleted = await ask('DELETE', 'siblings', image.digest);
  const again = await ask('DELETE', 'siblings', image.digest);

  expect([deleted.status, again.status]).toEqual([202, 404]);
  expect(await tagsOf('siblings')).toEqual(['other']);
  expect((await ask('GET', 'siblings', image.digest)).status).toBe(404);
  expect(existsSync(blobPath(root, image.digest as Digest))).toBe(true);
});

test('deletes by tag only where told to, and then that tag alone', async () => {
  const image = await threeTags('single');

  const refused = await ask('DELETE', 'single', 'one');
  const deleted = await fetch(`${byTag}/v2/single/manifests/one`, { method: 'DELETE' });
  const again = await fetch(`${byTag}/v2/single/manifests/one`, { method: 'DELETE' });

  expect([refused.status, await refused.json()]).toMatchObject([400, { errors: [{ code: 'DIGEST_INVALID' }] }]);
  expect([deleted.status, again.status]).toEqual([202, 404]);
  expect(await tagsOf('single')).toEqual(['other', 'two']);
  expect((await ask('GET', 'single', image.digest)).status).toBe(200);
});

test('lists no tags, and still the repository, when the last one is gone', async () => {
  const image = await pushImage(url, 'emptied', { tag: 'v1' });

  await ask('DELETE', 'emptied', image.digest);

  expect(await tagsOf('emptied')).toEqual([]);
});

test('serves an index and its children from one repository', async () => {
  const children = [
    await pushImage(url, 'multi', { architecture: 'amd64' }),
    await pushImage(url, 'multi', { architecture: 'arm64' }),
  ];
  const index = await pushIndex(url, 'multi', children, { tag: 'v1', docker: true });

  const got = await ask('HEAD', 'multi', 'v1');

  expect([got.headers.get('docker-content-digest'), got.headers.get('content-type')]).toEqual([
    index.digest,
    mediaTypes.dockerList,
  ]);
});
