import { request } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { httpRig } from '../../../test/support/http-rig.ts';
import { type Listening, listen } from './listen.ts';
import type { ServiceEnv } from './parts.ts';

const loopback = { host: '127.0.0.1', port: 0 };

async function withServer<T>(
  app: Hono<ServiceEnv>,
  use: (server: Listening) => Promise<T>,
  drainMs?: number,
): Promise<T> {
  const server = await listen(app, loopback, drainMs);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

/** Sends text as it is. @returns all that comes back until the end of the connection */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('the server', () => {
  test('answers, and knows who is connected', async () => {
    const { app } = httpRig();

    await withServer(app, async ({ port }) => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/me`);
      expect(await answer.json()).toMatchObject({ name: 'local', role: 'viewer' });
    });
  });

  test('says so where something else listens there', async () => {
    await withServer(new Hono<ServiceEnv>(), async ({ port }) => {
      await expect(listen(new Hono<ServiceEnv>(), { host: '127.0.0.1', port })).rejects.toMatchObject({
        code: 'SERVE_ADDRESS_IN_USE',
        message: `listening at 127.0.0.1:${port}: something else listens there`,
      });
    });
    await expect(listen(new Hono<ServiceEnv>(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'SERVE_ADDRESS_UNUSABLE',
    });
  });

  test('takes requests without a body, and bodies that come in pieces', async () => {
    const { app, asked } = httpRig({ parts: { pages: (inner) => inner.get('/csrf', (c) => c.text(c.get('csrf'))) } });
    await withServer(app, async ({ port }) => {
      const envelope = JSON.stringify({
        events: [{ timestamp: '2026-01-01T00:00:00Z', action: 'delete', target: { repository: 'a' } }],
      });
      const headers = 'Host: localhost\r\nContent-Type: application/json\r\nConnection: close';
      const pieces = `${envelope.length.toString(16)}\r\n${envelope}\r\n0\r\n\r\n`;
      const chunked = await raw(
        port,
        `POST /notifications/r HTTP/1.1\r\n${headers}\r\nTransfer-Encoding: chunked\r\n\r\n${pieces}`,
      );
      const csrf = await (await fetch(`http://127.0.0.1:${port}/csrf`)).text();
      const empty = await raw(port, `POST /api/v1/runs/r/stop HTTP/1.1\r\n${headers}\r\nX-CSRF-Token: ${csrf}\r\n\r\n`);

      expect(chunked).toMatch(/^HTTP\/1\.1 202 /);
      // It was read, and then refused for what it asks: who is on this machine may only look.
      expect(empty).toMatch(/^HTTP\/1\.1 403 .*ROLE_TOO_LOW/s);
      expect(asked).toEqual([]);
    });
  });

  test('refuses endless headers, and bodies that grow beyond what is taken while they come', async () => {
    const { app } = httpRig();
    await withServer(app, async ({ port }) => {
      const headers = await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
      expect(headers).toMatch(/^HTTP\/1\.1 431 /);

      const status = await new Promise((resolve, reject) => {
        const sending = request(
          {
            port,
            host: '127.0.0.1',
            method: 'POST',
            path: '/notifications/r',
            headers: { 'content-type': 'application/json' },
          },
          (answer) => resolve(answer.statusCode),
        );
        sending.on('error', reject);
        sending.write(Buffer.alloc(700_000, 'x'));
        sending.write(Buffer.alloc(700_000, 'x'));
        sending.end();
      });
      expect(status).toBe(413);
    });
  });

  test('lets what is under way end, and takes nothing new', async () => {
    let finish: () => void = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const app = new Hono<ServiceEnv>().get('/slow', async (context) => {
      await slow;
      return context.text('done');
    });
    const server = await listen(app, loopback);
    const answer = fetch(`http://127.0.0.1:${server.port}/slow`);
    await new Promise((resolve) => setTimeout(resolve, 50));

    const closed = server.close();
    await expect(fetch(`http://127.0.0.1:${server.port}/slow`)).rejects.toThrow();
    finish();

    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  test('does not wait for connections over which nothing was asked', async () => {
    const server = await listen(new Hono<ServiceEnv>(), loopback, 60_000);
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));

    await server.close();
    await ended;
  });

  test('cuts off what does not end', async () => {
    const app = new Hono<ServiceEnv>().get('/never', () => new Promise<Response>(() => {}));
    const server = await listen(app, loopback, 50);
    const answer = fetch(`http://127.0.0.1:${server.port}/never`);
    answer.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));

    await server.close();
    await expect(answer).rejects.toThrow();
  });

  test('forgets who listens no more, and who never read', async () => {
    const { app } = httpRig();
    await withServer(app, async ({ port }) => {
      const url = `http://127.0.0.1:${port}/api/v1/events`;
      const away = new AbortController();
      for (let n = 0; n < 100; n += 1) await fetch(url, { signal: away.signal });
      expect((await fetch(url)).status).toBe(503);
      away.abort();

      await expect
        .poll(async () => {
          const answer = await fetch(url);
          await answer.body?.cancel();
          return answer.status;
        })
        .toBe(200);
      for (let n = 0; n < 120; n += 1) expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    });
  });

  test('ends streams of events when the service does', async () => {
    const stop = new AbortController();
    const { app } = httpRig({ parts: { stopping: stop.signal } });
    const server = await listen(app, loopback);
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/events`);
    const text = answer.text();

    stop.abort();
    await server.close();

    expect(await text).toContain('event: heartbeat');
  });
});
