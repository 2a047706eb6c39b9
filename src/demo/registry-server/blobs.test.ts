import { rmSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { pushBlob } from '../../../test/support/push-image.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Digest } from '../../oci/digest.ts';
import { blobPath, storeRoot } from '../../oci/distribution-layout.ts';
import { startRegistryServer } from './start-registry-server.ts';

const folder = makeTempFolder('demo');
let url = '';
let blob = '';

beforeAll(async () => {
  const server = await startRegistryServer({ folder });
  atEnd(() => server.close());
  url = server.url;
  blob = (await pushBlob(url, 'app', '0123456789')).digest;
});

const get = (repository: string, digest: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${url}/v2/${repository}/blobs/${digest}`, { headers, method });

test('gives a blob to the repositories that have it, and to no other', async () => {
  const whole = await get('app', blob);
  const head = await get('app', blob, {}, 'HEAD');
  const elsewhere = await get('other', blob);

  expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
  expect([head.status, head.headers.get('content-length'), head.headers.get('docker-content-digest')]).toEqual([
    200,
    '10',
    blob,
  ]);
  expect([elsewhere.status, await elsewhere.json()]).toMatchObject([404, { errors: [{ code: 'BLOB_UNKNOWN' }] }]);
});

test.each([
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-2', 206, '89', 'bytes 8-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=10-', 416, '', 'bytes */10'],
  ['bytes=5-2', 200, '0123456789', null],
  ['lines=1-2', 200, '0123456789', null],
  ['bytes=0-1,4-5', 200, '0123456789', null],
])('answers the range %s with %i %j', async (range, status, body, contentRange) => {
  const response = await get('app', blob, { range });

  expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
    status,
    body,
    contentRange,
  ]);
});

test('deletes the link and not the bytes: another repository keeps the blob', async () => {
  const shared = (await pushBlob(url, 'one', 'shared')).digest;
  await fetch(`${url}/v2/two/blobs/uploads/?mount=${shared}&from=one`, { method: 'POST' });

  const deleted = await get('one', shared, {}, 'DELETE');
  const again = await get('one', shared, {}, 'DELETE');

  expect([deleted.status, again.status]).toEqual([202, 404]);
  expect((await get('one', shared)).status).toBe(404);
  expect(await (await get('two', shared)).text()).toBe('shared');
});

test('does not know a blob whose bytes are gone, though the link is there', async () => {
  const lost = (await pushBlob(url, 'app', 'lost')).digest as Digest;
  rmSync(blobPath(storeRoot(folder), lost));

  expect((await get('app', lost)).status).toBe(404);
  expect((await get('app', lost, {}, 'DELETE')).status).toBe(404);
});

test('says 405 UNSUPPORTED where deletion is off', async () => {
  const server = await startRegistryServer({ folder, deleteEnabled: false });
  atEnd(() => server.close());

  const refused = await fetch(`${server.url}/v2/app/blobs/${blob}`, { method: 'DELETE' });

  expect([refused.status, await refused.json()]).toMatchObject([405, { errors: [{ code: 'UNSUPPORTED' }] }]);
});
