import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { startFaultProxy } from '../../../../test/support/fault-proxy.ts';
import { type AskedRequest, startScriptedServer } from '../../../../test/support/scripted-server.ts';
import { openTransport, type TransportSettings } from './transport.ts';
import type { OpenTransport, RegistryRequest } from './transport-contract.ts';

const signal = new AbortController().signal;
const HOME = { HOME: '/nonexistent' };

async function open(url: string, settings: Partial<TransportSettings> = {}): Promise<OpenTransport> {
  const transport = await openTransport({ url, env: HOME, random: () => 0, timeoutMs: 5000, ...settings }, signal);
  atEnd(() => transport.close());
  return transport;
}

function asking(path: string, changes: Partial<RegistryRequest> = {}): RegistryRequest {
  return {
    method: 'GET',
    path,
    access: 'pull',
    repository: 'team/app',
    maxBytes: 1 << 20,
    doing: 'reading team/app',
    ...changes,
  };
}

const TAGS = '/v2/team/app/tags/list';

/** A registry without credentials, that answers `/v2/` and leaves all else to the test. */
function registry(answer: (request: AskedRequest, response: ServerResponse, nth: number) => void) {
  let nth = 0;
  return startScriptedServer((request, response) => {
    if (['/', '/healthz', '/v2/'].includes(request.path)) response.end();
    else answer(request, response, ++nth);
  });
}

describe('a request', () => {
  test('goes out as it is asked for, and its answer comes back whole', async () => {
    const server = await registry(({ method, body }, response) => {
      response.writeHead(201, { 'X-Answer': 'yes', link: ['<a>', '<b>'] }).end(`${method} ${body}`);
    });
    const transport = await open(server.url, { userAgent: 'winnow/1.2' });

    const answer = await transport.send(
      asking('/v2/team/app/manifests/x', {
        method: 'PUT',
        body: Buffer.from('{}'),
        headers: { 'content-type': 'a/b' },
      }),
      signal,
    );

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-answer': 'yes', link: '<a>, <b>' });
    expect(Buffer.from(answer.bytes).toString()).toBe('PUT {}');
    const sent = server.requests.at(-1)?.headers;
    expect(sent).toMatchObject({ 'content-type': 'a/b', 'content-length': '2', 'user-agent': 'winnow/1.2' });
    expect(sent).not.toHaveProperty('authorization');
    expect(transport).toMatchObject({
      url: server.url,
      host: server.host,
      security: 'plain',
      stats: { requests: 1, retries: 0 },
    });
  });

  test('reuses few connections, also when it is HEAD', async () => {
    const server = await registry((_, response) => response.writeHead(200, { 'content-length': '7' }).end());
    const transport = await open(server.url, { concurrency: 3 });

    for (let n = 0; n < 20; n += 1) await transport.send(asking(`${TAGS}?n=${n}`, { method: 'HEAD' }), signal);
    await Promise.all(Array.from({ length: 60 }, () => transport.send(asking(TAGS, { method: 'HEAD' }), signal)));

    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  test('is one of no more at a time than the concurrency', async () => {
    let running = 0;
    let most = 0;
    const server = await registry((_, response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running -= 1;
        response.end();
      }, 5);
    });
    const transport = await open(server.url, { concurrency: 4 });

    await Promise.all(Array.from({ length: 40 }, () => transport.send(asking(TAGS), signal)));

    expect(most).toBe(4);
  });

  test('that is refused tells the specification’s words', async () => {
    const server = await registry((_, response) => {
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"errors":[{"code":"NAME_UNKNOWN","message":"no such"}]}');
    });
    const transport = await open(server.url);

    await expect(transport.send(asking(TAGS), signal)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      message: `reading team/app: GET ${server.url}${TAGS}: 404 Not Found (NAME_UNKNOWN: no such)`,
      specCodes: ['NAME_UNKNOWN'],
    });
  });

  test('may take a refusal as an answer', async () => {
    const server = await registry((_, response) => response.writeHead(404).end('gone'));
    const transport = await open(server.url);

    const answer = await transport.send(asking(TAGS, { accept: [404], maxBytes: 1 }), signal);

    expect(answer.status).toBe(404);
    expect(Buffer.from(answer.bytes).toString()).toBe('gone');
  });

  test.each([
    [
      'with its length told',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': '5000' }).end(Buffer.alloc(5000)),
    ],
    [
      'in chunks',
      (response: ServerResponse) => {
        response.write(Buffer.alloc(600));
        setTimeout(() => response.end(Buffer.alloc(600)), 20);
      },
    ],
  ])('whose answer is larger than is read fails: %s', async (_, answer) => {
    const server = await registry((_request, response) => void answer(response));
    const transport = await open(server.url);

    await expect(transport.send(asking(TAGS, { maxBytes: 1000 }), signal)).rejects.toMatchObject({
      code: 'REGISTRY_TOO_LARGE',
      message: expect.stringContaining('larger than 1000 bytes'),
    });
    expect(server.requests.filter(({ path }) => path === TAGS)).toHaveLength(1);
  });

  test('whose answer is just as large as is read succeeds', async () => {
    const server = await registry((_, response) => response.end(Buffer.alloc(1000)));
    const transport = await open(server.url);

    expect((await transport.send(asking(TAGS, { maxBytes: 1000 }), signal)).bytes).toHaveLength(1000);
  });

  test('is refused with a body without end, of which only the beginning is read', async () => {
    const server = await registry((_, response) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      const pump = setInterval(() => response.write(Buffer.alloc(64 << 10, 'x')), 1);
      response.on('close', () => clearInterval(pump));
    });
    const transport = await open(server.url);

    const failure = await transport.send(asking(TAGS), signal).catch((error) => error);

    expect(failure.code).toBe('REGISTRY_REFUSED');
    expect(failure.message.length).toBeLessThan(1000);
  });

  test('learns the clock of the server', async () => {
    const server = await registry((_, response) => {
      response.writeHead(200, { date: new Date(Date.now() + 3_600_000).toUTCString() }).end();
    });
    const transport = await open(server.url);

    expect(transport.clockSkewMs()).toBeUndefined();
    await transport.send(asking(TAGS), signal);

    expect(transport.clockSkewMs()).toBeGreaterThan(3_600_000 - 2000);
    expect(transport.clockSkewMs()).toBeLessThan(3_600_000 + 2000);
  });

  test('of many with one signal causes no warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const server = await registry((_, response) => void setTimeout(() => response.end(), 5));
    const transport = await open(server.url, { concurrency: 32 });
    const own = new AbortController();

    await Promise.all(Array.from({ length: 200 }, () => transport.send(asking(TAGS), own.signal)));
    await sleep(5);
    process.off('warning', onWarning);

    expect(warnings).toEqual([]);
  });
});

describe('a request that fails for now', () => {
  test.each([408, 429, 500, 502, 503, 504])('with %i is repeated', async (status) => {
    const server = await registry((_, response, nth) => response.writeHead(nth === 1 ? status : 200).end());
    const transport = await open(server.url);

    expect((await transport.send(asking(TAGS), signal)).status).toBe(200);
    expect(transport.stats).toEqual({ requests: 2, retries: 1 });
  });

  test('waits as long as 429 with Retry-After asks, in seconds and as a date', async () => {
    for (const retryAfter of ['1', () => new Date(Date.now() + 2000).toUTCString()]) {
      const server = await registry((_, response, nth) => {
        const headers = { 'retry-after': typeof retryAfter === 'string' ? retryAfter : retryAfter() };
        if (nth === 1) response.writeHead(429, headers).end();
        else response.end();
      });
      const transport = await open(server.url);
      const startMs = performance.now();

      await transport.send(asking(TAGS), signal);

      expect(performance.now() - startMs).toBeGreaterThan(950);
      expect(performance.now() - startMs).toBeLessThan(4000);
    }
  });

  test('holds the others back while it waits, when all places are taken', async () => {
    const server = await registry((_, response, nth) =>
      response.writeHead(nth === 1 ? 429 : 200, { 'retry-after': '1' }).end(),
    );
    const transport = await open(server.url, { concurrency: 1 });
    const startMs = performance.now();

    await Promise.all([transport.send(asking(TAGS), signal), transport.send(asking('/v2/other/tags/list'), signal)]);

    expect(performance.now() - startMs).toBeGreaterThan(950);
    expect(server.lines().slice(-3)).toEqual([`GET ${TAGS}`, `GET ${TAGS}`, 'GET /v2/other/tags/list']);
  });

  test('gives up after the attempts that are allowed', async () => {
    const server = await registry((_, response) => response.writeHead(503, { 'retry-after': '0' }).end());
    const transport = await open(server.url, { retries: 2 });

    await expect(transport.send(asking(TAGS), signal)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringMatching(/503 Service Unavailable \(tried 3 times\)$/),
      status: 503,
    });
    expect(server.lines().filter((line) => line.endsWith(TAGS))).toHaveLength(3);
  });

  test('is not repeated when it is POST or PATCH, whatever the failure', async () => {
    const server = await registry((_, response) => response.writeHead(503).end());
    const transport = await open(server.url);

    for (const method of ['POST', 'PATCH'] as const)
      await expect(transport.send(asking('/v2/a/blobs/uploads/', { method }), signal)).rejects.toMatchObject({
        code: 'REGISTRY_UNAVAILABLE',
      });
    expect(transport.stats).toEqual({ requests: 2, retries: 0 });
  });

  test('is repeated when it is DELETE', async () => {
    const server = await registry((_, response, nth) => response.writeHead(nth === 1 ? 502 : 202).end());
    const transport = await open(server.url);

    expect(
      (await transport.send(asking('/v2/a/manifests/x', { method: 'DELETE', access: 'delete' }), signal)).status,
    ).toBe(202);
  });

  test('is not repeated where the failure is accepted as the answer', async () => {
    const server = await registry((_, response) => response.writeHead(500).end());
    const transport = await open(server.url);

    expect((await transport.send(asking(TAGS, { accept: [500] }), signal)).status).toBe(500);
    expect(transport.stats.requests).toBe(1);
  });

  test.each(['reset', 'cut'] as const)('because the connection is %s is repeated', async (fault) => {
    const server = await registry((_, response) => response.end('x'.repeat(10_000)));
    const proxy = await startFaultProxy(server.url, ({ path, n }) => (path === TAGS && n === 1 ? fault : 'pass'));
    const transport = await open(proxy.url);

    expect((await transport.send(asking(TAGS), signal)).bytes).toHaveLength(10_000);
    expect(transport.stats.retries).toBe(1);
  });

  test('because the connection is cut each time says so in the end', async () => {
    const server = await registry((_, response) => response.end('x'.repeat(10_000)));
    const proxy = await startFaultProxy(server.url, ({ path }) => (path === TAGS ? 'cut' : 'pass'));
    const transport = await open(proxy.url, { retries: 1 });

    await expect(transport.send(asking(TAGS), signal)).rejects.toMatchObject({
      code: 'REGISTRY_CONNECTION_LOST',
      message: expect.stringMatching(/cut.*\(tried 2 times\)$/),
    });
  });

  test('because the answer does not come runs into the time-out, and is repeated', async () => {
    const server = await registry((_, response, nth) => void (nth > 1 && response.end('at last')));
    const transport = await open(server.url, { timeoutMs: 300 });

    expect(Buffer.from((await transport.send(asking(TAGS), signal)).bytes).toString()).toBe('at last');
  });

  test('because the answer stops in the middle runs into the time-out', async () => {
    const server = await registry(
      (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('half'),
    );
    const transport = await open(server.url, { timeoutMs: 300, retries: 0 });

    await expect(transport.send(asking(TAGS), signal)).rejects.toMatchObject({
      code: 'REGISTRY_TIMEOUT',
      message: expect.stringContaining('the answer stopped coming'),
    });
  });

  test('because the answer only drips ends with the total time', async () => {
    const server = await registry((_, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const transport = await open(server.url, { totalMs: 200, retries: 0 });

    await expect(transport.send(asking(TAGS), signal)).rejects.toMatchObject({
      code: 'REGISTRY_TIMEOUT',
      message: expect.stringContaining('took too long'),
    });
  });

  test('because the registry restarts is repeated until it is back', async () => {
    const server = await registry((_, response) => response.end());
    const transport = await open(server.url);
    await server.stop();
    const back = createServer((_, response) => response.end('back'));
    atEnd(() => new Promise<void>((resolve) => void back.close(() => resolve())));
    setTimeout(() => back.listen(Number(server.host.split(':')[1]), '127.0.0.1'), 300);

    const answer = await transport.send(asking(TAGS), signal);

    expect(Buffer.from(answer.bytes).toString()).toBe('back');
    back.closeAllConnections();
  });
});

describe('a stop', () => {
  test.each([
    ['in mid-answer', (response: ServerResponse) => void response.write('half')],
    ['before the answer', () => {}],
    [
      'in the wait before the next attempt',
      (response: ServerResponse) => void response.writeHead(503, { 'retry-after': '50' }).end(),
    ],
  ])('ends a request at once: %s', async (_, answer) => {
    const server = await registry((_request, response) => answer(response));
    const transport = await open(server.url, { timeoutMs: 60_000 });
    const stop = new AbortController();
    const startMs = performance.now();

    const asked = transport.send(asking(TAGS), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the user')), 50);

    await expect(asked).rejects.toThrow('stopped by the user');
    expect(performance.now() - startMs).toBeLessThan(1500);
  });

  test('leaves the connection fit for other requests', async () => {
    const server = await registry((_, response, nth) => void (nth > 1 && response.end('fine')));
    const transport = await open(server.url, { concurrency: 1 });
    const stop = new AbortController();
    const stopped = transport.send(asking(TAGS), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(stopped).rejects.toThrow('stopped');

    expect((await transport.send(asking(TAGS), signal)).status).toBe(200);
  });

  test('ends the opening, too', async () => {
    const server = await startScriptedServer(() => {});

    await expect(openTransport({ url: server.url, env: HOME }, AbortSignal.timeout(50))).rejects.toThrow(/timeout/);
  });
});

describe('a redirect', () => {
  test('is followed to another server, without the credentials', async () => {
    const storage = await startScriptedServer((_, response) => response.end('blob'));
    const server = await startScriptedServer(({ path, headers }, response) => {
      if (path.includes('/blobs/'))
        response.writeHead(307, { location: `${storage.url}/b?sig=secret` }).end('Temporary Redirect');
      else
        response
          .writeHead(headers['authorization'] === undefined ? 401 : 200, { 'www-authenticate': 'Basic realm="r"' })
          .end();
    });
    const transport = await open(server.url, { username: 'me', password: 'hunter2' });

    const answer = await transport.send(asking('/v2/team/app/blobs/x', { headers: { accept: 'a/b' } }), signal);

    expect(Buffer.from(answer.bytes).toString()).toBe('blob');
    expect(storage.lines()).toEqual(['GET /b?sig=secret']);
    expect(server.requests.at(-1)?.headers).toHaveProperty('authorization');
    expect(storage.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('within the registry keeps the credentials, but not after having been elsewhere', async () => {
    const elsewhere = await startScriptedServer((_, response) => {
      response.writeHead(302, { location: `${server.url}/v2/back` }).end();
    });
    const server = await startScriptedServer(({ path, headers }, response) => {
      if (path === '/v2/inside') response.writeHead(302, { location: './target' }).end();
      else if (path === '/v2/outside') response.writeHead(302, { location: elsewhere.url }).end();
      else if (path === '/v2/back') response.end('came back');
      else
        response
          .writeHead(headers['authorization'] === undefined ? 401 : 200, { 'www-authenticate': 'Basic realm="r"' })
          .end('in');
    });
    const transport = await open(server.url, { username: 'me', password: 'hunter2' });

    const inside = await transport.send(asking('/v2/inside'), signal);
    const outside = await transport.send(asking('/v2/outside'), signal);

    expect(Buffer.from(inside.bytes).toString()).toBe('in');
    expect(Buffer.from(outside.bytes).toString()).toBe('came back');
    expect(server.requests.at(-1)).toMatchObject({ path: '/v2/back' });
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  test('to a storage that does not know the blob is not taken for the registry saying so', async () => {
    const storage = await startScriptedServer((_, response) => response.writeHead(404).end());
    const server = await registry((_, response) =>
      response.writeHead(307, { location: `${storage.url}/b?sig=s3cret` }).end(),
    );
    const transport = await open(server.url);

    const failure = await transport
      .send(asking('/v2/team/app/blobs/x', { accept: [404] }), signal)
      .catch((error) => error);

    expect(failure).toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
      status: 404,
      message: expect.stringContaining('the redirect led to 404'),
    });
    expect(failure.message).not.toContain('s3cret');
  });

  test('has its answer capped, too', async () => {
    const storage = await startScriptedServer((_, response) => response.end(Buffer.alloc(2000)));
    const server = await registry((_, response) => response.writeHead(307, { location: storage.url }).end());
    const transport = await open(server.url);

    await expect(transport.send(asking(TAGS, { maxBytes: 1000 }), signal)).rejects.toMatchObject({
      code: 'REGISTRY_TOO_LARGE',
    });
  });

  test.each([
    ['too often', 'GET', '/v2/round', 'more than 5 redirects'],
    ['of a request that changes something', 'DELETE', '/v2/round', 'followed for reading only'],
    ['to a file', 'GET', 'file:///etc/passwd', 'less secure place'],
    ['to nowhere', 'GET', 'http://', 'without saying whereto'],
  ] as const)('is refused: %s', async (_, method, location, why) => {
    const server = await registry((_request, response) => response.writeHead(307, { location }).end());
    const transport = await open(server.url);

    await expect(transport.send(asking('/v2/round', { method }), signal)).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT_REFUSED',
      message: expect.stringContaining(why),
    });
  });
});

describe('closing', () => {
  test('ends the connections, so that a process can end', async () => {
    const server = await registry((_, response) => response.end());
    const transport = await open(server.url);
    await transport.send(asking(TAGS), signal);

    await transport.close();
    await transport.close();

    await expect(transport.send(asking(TAGS), signal)).rejects.toThrow();
  });
});

test('a port alone leads to this machine', async () => {
  const server = await registry((_, response) => response.end());
  const port = server.host.split(':')[1];

  expect((await open(`:${port}`)).url).toBe(`http://localhost:${port}`);
});

test('an IPv6 address is reached', async ({ skip }) => {
  const server = createServer((_, response) => response.end());
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true));
  });
  if (!isListening) return skip('there is no IPv6 here');
  atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;

  expect((await open(`[::1]:${port}`)).url).toBe(`http://[::1]:${port}`);
  return undefined;
});
