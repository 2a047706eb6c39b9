import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Digest } from '../../oci/digest.ts';
import { blobPath, layerLinkPath, storeRoot, uploadPath } from '../../oci/distribution-layout.ts';
import { startRegistryServer } from './start-registry-server.ts';

const folder = makeTempFolder('demo');
const root = storeRoot(folder);
let url = '';

beforeAll(async () => {
  const server = await startRegistryServer({ folder });
  atEnd(() => server.close());
  url = server.url;
});

const digestOf = (text: string, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest =>
  `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;

async function begin(repository: string, query = ''): Promise<string> {
  const response = await fetch(`${url}/v2/${repository}/blobs/uploads/${query}`, { method: 'POST' });
  expect(response.status).toBe(202);
  return new URL(response.headers.get('location') ?? '', url).href;
}

test('takes a blob in chunks, tells how far it is, and moves it to its place', async () => {
  const location = await begin('app');
  const uuid = location.slice(location.lastIndexOf('/') + 1);
  expect(readFileSync(join(uploadPath(root, 'app', uuid), 'startedat'), 'utf8')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  );

  const first = await fetch(location, { method: 'PATCH', body: 'hello ', headers: { 'content-range': '0-5' } });
  const far = await fetch(location);
  const last = await fetch(`${location}?digest=${digestOf('hello world')}`, { method: 'PUT', body: 'world' });

  expect([first.status, first.headers.get('range')]).toEqual([202, '0-5']);
  expect([far.status, far.headers.get('range')]).toEqual([204, '0-5']);
  expect([last.status, last.headers.get('location')]).toEqual([201, `/v2/app/blobs/${digestOf('hello world')}`]);
  expect(readFileSync(blobPath(root, digestOf('hello world')), 'utf8')).toBe('hello world');
  expect(readFileSync(layerLinkPath(root, 'app', digestOf('hello world')), 'utf8')).toBe(digestOf('hello world'));
  expect(existsSync(uploadPath(root, 'app', uuid))).toBe(false);
});

test('takes a blob in one request', async () => {
  const digest = digestOf('at once');

  const response = await fetch(`${url}/v2/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: 'at once' });

  expect([response.status, response.headers.get('docker-content-digest')]).toEqual([201, digest]);
  expect(await (await fetch(`${url}/v2/app/blobs/${digest}`)).text()).toBe('at once');
});

test('takes an empty blob', async () => {
  const done = await fetch(`${await begin('app')}?digest=${digestOf('')}`, { method: 'PUT' });

  expect(done.status).toBe(201);
  expect(statSync(blobPath(root, digestOf(''))).size).toBe(0);
});

test('refuses a chunk that does not begin where the upload ends', async () => {
  const location = await begin('app');
  await fetch(location, { method: 'PATCH', body: 'abc' });

  const gap = await fetch(location, { method: 'PATCH', body: 'z', headers: { 'content-range': '9-9' } });

  expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-2']);
});

test('refuses bytes that are not what the digest says, and forgets them', async () => {
  const location = await begin('app');

  const wrong = await fetch(`${location}?digest=${digestOf('promised')}`, { method: 'PUT', body: 'delivered' });
  const none = await fetch(`${await begin('app')}?digest=md5:abc`, { method: 'PUT', body: 'delivered' });

  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ code: 'DIGEST_INVALID' }] }]);
  expect([none.status, await none.json()]).toMatchObject([400, { errors: [{ code: 'DIGEST_INVALID' }] }]);
  expect((await fetch(location)).status).toBe(404);
  expect(existsSync(blobPath(root, digestOf('delivered')))).toBe(false);
});

test('stores what is pushed by sha512 under sha256, and answers to both', async () => {
  const long = digestOf('long', 'sha512');

  const done = await fetch(`${await begin('app')}?digest=${long}`, { method: 'PUT', body: 'long' });

  expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, long]);
  expect(readFileSync(layerLinkPath(root, 'app', long), 'utf8')).toBe(digestOf('long'));
  for (const digest of [long, digestOf('long')])
    expect(await (await fetch(`${url}/v2/app/blobs/${digest}`)).text()).toBe('long');
});

test('can be cancelled', async () => {
  const location = await begin('app');

  expect((await fetch(location, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(location, { method: 'DELETE' })).status).toBe(404);
  expect((await fetch(location, { method: 'PATCH', body: 'x' })).status).toBe(404);
});

test('mounts a blob from a repository that has it, and falls back to an upload where it does not', async () => {
  await fetch(`${url}/v2/source/blobs/uploads/?digest=${digestOf('layer')}`, { method: 'POST', body: 'layer' });

  const mounted = await fetch(`${url}/v2/target/blobs/uploads/?mount=${digestOf('layer')}&from=source`, {
    method: 'POST',
  });

  expect([mounted.status, mounted.headers.get('location')]).toEqual([201, `/v2/target/blobs/${digestOf('layer')}`]);
  expect(await (await fetch(`${url}/v2/target/blobs/${digestOf('layer')}`)).text()).toBe('layer');
  await begin('third', `?mount=${digestOf('layer')}&from=nobody`);
  await begin('third', `?mount=${digestOf('layer')}`);
});

test('leaves a blob that it has already alone, but refreshes the link: that is the only trace of the push', async () => {
  const digest = digestOf('twice');
  const long = new Date(Date.UTC(2024, 0));
  await fetch(`${url}/v2/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: 'twice' });
  for (const path of [blobPath(root, digest), layerLinkPath(root, 'app', digest)]) utimesSync(path, long, long);

  await fetch(`${url}/v2/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: 'twice' });

  expect(statSync(blobPath(root, digest)).mtime).toEqual(long);
  expect(statSync(layerLinkPath(root, 'app', digest)).mtime > long).toBe(true);
  expect(readdirSync(join(layerLinkPath(root, 'app', digest), '..'))).toEqual(['link']);
});

test('keeps what has arrived when the client goes away in the middle', async () => {
  const location = await begin('app');
  const leaving = new AbortController();
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Buffer.from('half')) });
  const sending = fetch(location, { method: 'PATCH', body, duplex: 'half', signal: leaving.signal } as RequestInit);
  const far = async () => (await fetch(location)).headers.get('range');
  await expect.poll(far).toBe('0-3');

  leaving.abort();
  await expect(sending).rejects.toThrow();
  const rest = await fetch(`${location}?digest=${digestOf('half and half')}`, { method: 'PUT', body: ' and half' });

  expect(rest.status).toBe(201);
});
