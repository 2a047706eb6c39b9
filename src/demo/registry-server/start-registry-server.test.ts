import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { pushImage } from '../../../test/support/push-image.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { type RegistryServerOptions, type SeenRequest, startRegistryServer } from './start-registry-server.ts';

async function start(options: Partial<RegistryServerOptions> = {}) {
  const server = await startRegistryServer({ folder: makeTempFolder('demo'), ...options });
  atEnd(() => server.close());
  return server;
}

test('answers at the base of the API, and 404 in plain text where the API has nothing', async () => {
  const { url, host } = await start();

  const base = await fetch(`${url}/v2/`);
  const nothing = await fetch(`${url}/v2/app/nothing/here`);

  expect(url).toBe(`http://${host}`);
  expect(base.status).toBe(200);
  expect(base.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  expect([nothing.status, await nothing.text()]).toEqual([404, '404 page not found\n']);
});

test.each([
  [false, 'manifests/latest', 'DELETE, GET, HEAD, PUT'],
  [true, 'manifests/latest', 'GET, HEAD'],
  [false, `blobs/sha256:${'0'.repeat(64)}`, 'DELETE, GET, HEAD'],
  [true, `blobs/sha256:${'0'.repeat(64)}`, 'GET, HEAD'],
  [false, 'blobs/uploads/', 'POST'],
  [false, 'tags/list', 'GET'],
])('answers OPTIONS like Distribution: read-only %s, %s allows %s', async (readOnly, place, allow) => {
  const { url } = await start({ readOnly });

  const options = await fetch(`${url}/v2/team/app/${place}`, { method: 'OPTIONS' });

  expect([options.status, options.headers.get('allow')]).toEqual([200, allow]);
});

test('is read-only when told so: reads go on, and a write is a 405 in plain text', async () => {
  const folder = makeTempFolder('demo');
  const writable = await start({ folder });
  const image = await pushImage(writable.url, 'app', { tag: 'v1' });
  await writable.close();
  const { url } = await start({ folder, readOnly: true });

  const read = await fetch(`${url}/v2/app/manifests/v1`);
  const put = await fetch(`${url}/v2/app/manifests/v2`, { method: 'PUT', body: Buffer.from(image.bytes) });

  expect(read.headers.get('docker-content-digest')).toBe(image.digest);
  expect([put.status, put.headers.get('allow'), await put.text()]).toEqual([405, 'GET, HEAD', 'Method not allowed\n']);
});

test('lets nobody in without the password, and says how to ask', async () => {
  const { url } = await start({ credentials: { username: 'ann', password: 'open:sesame' } });
  const ask = (password: string) =>
    fetch(`${url}/v2/`, { headers: { authorization: `Basic ${btoa(`ann:${password}`)}` } });

  const nobody = await fetch(`${url}/v2/_catalog`);

  expect(nobody.status).toBe(401);
  expect(nobody.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  expect(await nobody.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
  expect((await ask('open')).status).toBe(401);
  expect((await ask('open:sesame')).status).toBe(200);
});

test.each([
  '/v2/../../etc/manifests/latest',
  '/v2/a/%2e%2e/b/tags/list',
  '/v2/UPPER/tags/list',
  '/v2/_layers/tags/list',
  '/v2/%ff/tags/list',
])('refuses a name that is none, and never looks for it: %s', async (path) => {
  const { host } = await start();

  // Not with fetch, which would tidy the path up.
  const answer = await new Promise<string>((resolve, reject) => {
    const [name = '', port = ''] = host.split(':');
    let received = '';
    const socket = connect(Number(port), name, () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    socket.once('end', () => resolve(received)).once('error', reject);
  });

  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).toContain('NAME_INVALID');
});

test('tells of every request when its answer is through', async () => {
  const seen: SeenRequest[] = [];
  const server = await start({ onRequest: (request) => seen.push(request) });

  await (await fetch(`${server.url}/v2/_catalog?n=3`)).text();
  await (await fetch(`${server.url}/v2/app/manifests/v1`, { method: 'HEAD' })).text();
  await server.close();

  expect(seen).toEqual([
    { method: 'GET', path: '/v2/_catalog?n=3', status: 200 },
    { method: 'HEAD', path: '/v2/app/manifests/v1', status: 404 },
  ]);
});

test('closes: the request under way is answered, and then the port is free', async () => {
  const server = await start();
  const { status, headers } = await fetch(`${server.url}/v2/app/blobs/uploads/`, { method: 'POST' });
  expect(status).toBe(202);
  let proceed = () => {};
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from('first '));
      await new Promise<void>((resolve) => {
        proceed = resolve;
      });
      controller.enqueue(Buffer.from('last'));
      controller.close();
    },
  });
  const slow = fetch(new URL(headers.get('location') ?? '', server.url), {
    method: 'PATCH',
    body,
    duplex: 'half',
  } as RequestInit);
  await new Promise((resolve) => setTimeout(resolve, 50));

  const closed = server.close();
  proceed();
  const answer = await slow;
  await closed;

  expect([answer.status, answer.headers.get('range')]).toEqual([202, '0-9']);
  expect(answer.headers.get('connection')).toBe('close');
  await expect(fetch(`${server.url}/v2/`)).rejects.toThrow();
});

test('says so when the port is taken', async () => {
  const { host } = await start();

  const second = startRegistryServer({ folder: makeTempFolder('demo'), port: Number(host.split(':')[1]) });

  await expect(second).rejects.toMatchObject({
    code: 'DEMO_LISTEN_FAILED',
    message: expect.stringContaining('EADDRINUSE'),
  });
});
