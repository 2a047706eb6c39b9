import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { eventSinkContract, exampleEvent } from '../contract.suite.ts';
import { webhookEvents } from './webhook-events.ts';
import { parseWebhookUrl } from './webhook-settings.ts';

const soon = () => AbortSignal.timeout(20_000);
const TOKEN = 'hunter2-token';

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A receiver whose n-th answer (from 0) is `answer`'s. */
async function receiver(answer: (response: ServerResponse, n: number, received: Received) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ request, body });
      answer(response, received.length - 1, { request, body });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

const taken = (response: ServerResponse) => response.writeHead(202).end();

eventSinkContract('a webhook', async () => {
  const { url, received } = await receiver(taken);
  return { sink: webhookEvents({ url }), arrived: async () => received.map(({ body }) => JSON.parse(body).data) };
});

describe('a webhook that is looked at before there is anything to send', () => {
  test('gets no request', async () => {
    const { url, received } = await receiver(taken);

    await webhookEvents({ url }).check(soon());

    expect(received).toEqual([]);
  });

  test('and where nobody listens is told', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    await expect(webhookEvents({ url: `http://127.0.0.1:${port}/hook?key=1` }).check(soon())).rejects.toMatchObject({
      code: 'EVENTS_UNREACHABLE',
      message: expect.stringMatching(/^connecting to the webhook http:\/\/127\.0\.0\.1:\d+\/hook: .*ECONNREFUSED/),
    });
  });

  test('and whose token can not be read is told', async () => {
    const { url } = await receiver(taken);

    await expect(webhookEvents({ url, tokenFile: '/absent/token' }).check(soon())).rejects.toMatchObject({
      code: 'EVENTS_SECRET_UNREADABLE',
    });
  });
});

describe('a webhook', () => {
  test('gets a CloudEvent in structured mode, by POST', async () => {
    const { url, received } = await receiver(taken);

    await webhookEvents({ url: `${url}?key=1` }).send(exampleEvent(), soon());

    expect(received).toHaveLength(1);
    expect(received[0]!.request).toMatchObject({
      method: 'POST',
      url: '/hook?key=1',
      headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    });
    expect(received[0]!.request.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(received[0]!.body)).toEqual(exampleEvent());
  });

  test('gets the token of the file, read anew for each event', async () => {
    const tokenFile = join(makeTempFolder('token'), 'token');
    const { url, received } = await receiver(taken);
    const sink = webhookEvents({ url, tokenFile });

    writeFileSync(tokenFile, `${TOKEN}\n`);
    await sink.send(exampleEvent(), soon());
    writeFileSync(tokenFile, 'renewed');
    await sink.send(exampleEvent(), soon());

    expect(received.map(({ request }) => request.headers.authorization)).toEqual([`Bearer ${TOKEN}`, 'Bearer renewed']);
  });

  test('without a readable token is not sent anything', async () => {
    const folder = makeTempFolder('token');
    const { url, received } = await receiver(taken);
    writeFileSync(join(folder, 'empty'), '\n');

    for (const name of ['absent', 'empty'])
      await expect(
        webhookEvents({ url, tokenFile: join(folder, name) }).send(exampleEvent(), soon()),
      ).rejects.toMatchObject({
        code: 'EVENTS_SECRET_UNREADABLE',
        message: expect.stringContaining(join(folder, name)),
      });

    expect(received).toEqual([]);
  });

  test.each([429, 500, 503])('that answers %i is tried again with the same event', async (status) => {
    const { url, received } = await receiver((response, n) => {
      if (n < 2) response.writeHead(status, { 'retry-after': '0' }).end();
      else taken(response);
    });

    await webhookEvents({ url }).send(exampleEvent(), soon());

    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  });

  test('that never gets well is given up after the retries, with what it said', async () => {
    const { url, received } = await receiver((response) =>
      response.writeHead(503, { 'retry-after': '0' }).end('down for\nmaintenance'),
    );

    await expect(webhookEvents({ url, retries: 2 }).send(exampleEvent(), soon())).rejects.toMatchObject({
      code: 'EVENTS_UNAVAILABLE',
      message: `sending an event to the webhook ${url}: 503: down for maintenance (tried 3 times)`,
    });
    expect(received).toHaveLength(3);
  });

  test.each([301, 307, 400, 401, 404])('that answers %i is not tried again', async (status) => {
    const { url, received } = await receiver((response) => response.writeHead(status, { location: '/other' }).end());

    await expect(webhookEvents({ url }).send(exampleEvent(), soon())).rejects.toMatchObject({ code: 'EVENTS_REFUSED' });
    expect(received).toHaveLength(1);
  });

  test('that repeats the token does not bring it into the message, nor does its answer fill the screen', async () => {
    const tokenFile = join(makeTempFolder('token'), 'token');
    writeFileSync(tokenFile, TOKEN);
    const { url } = await receiver((response, _n, { request }) =>
      response.writeHead(400).end(`bad ${request.headers.authorization} ${request.url} ${'x'.repeat(100_000)}`),
    );
    const failure = await webhookEvents({ url: `${url}?key=s3cret`, tokenFile })
      .send(exampleEvent(), soon())
      .catch((error: Error) => error);

    expect(String(failure)).toContain('bad Bearer ***');
    expect(String(failure)).not.toMatch(/hunter2|s3cret/);
    expect(String(failure).length).toBeLessThan(500);
  });

  test('that drops the connection is tried again', async () => {
    const { url, received } = await receiver((response, n) => {
      if (n === 0) response.destroy();
      else taken(response);
    });

    await webhookEvents({ url }).send(exampleEvent(), soon());

    expect(received).toHaveLength(2);
  });

  test('that does not answer is given up after the time-out', async () => {
    const { url } = await receiver(() => {});

    await expect(webhookEvents({ url, timeoutMs: 100, retries: 0 }).send(exampleEvent(), soon())).rejects.toMatchObject(
      {
        code: 'EVENTS_UNREACHABLE',
        message: `sending an event to the webhook ${url}: no answer within 100 ms`,
      },
    );
  });

  test('that nobody listens at is told with its address', async () => {
    await expect(
      webhookEvents({ url: 'http://127.0.0.1:1/x', retries: 0 }).send(exampleEvent(), soon()),
    ).rejects.toMatchObject({
      code: 'EVENTS_UNREACHABLE',
      message: expect.stringContaining('webhook http://127.0.0.1:1/x'),
    });
  });

  test('is let go of at once when the run is stopped, in mid-wait too', async () => {
    const { url } = await receiver((response) => response.writeHead(503, { 'retry-after': '20' }).end());
    const stop = new AbortController();
    const reason = new Error('stopped by the test');
    const began = performance.now();

    const sending = webhookEvents({ url }).send(exampleEvent(), stop.signal);
    setTimeout(() => stop.abort(reason), 100);

    await expect(sending).rejects.toBe(reason);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('the URL of a webhook', () => {
  test.each([
    ['not a url', 'it is not a URL'],
    ['ftp://events.example/x', 'neither https:// nor http://'],
    ['https://user:hunter2@events.example/x', 'it holds credentials'],
  ])('is not %s', (url, why) => {
    const opening = () => parseWebhookUrl({ url });

    expect(opening).toThrow(expect.objectContaining({ code: 'EVENTS_SETTINGS_INVALID' }));
    expect(opening).toThrow(why);
    expect(opening).not.toThrow('hunter2');
  });

  test('is not http:// to elsewhere when there is a token to lose', () => {
    const tokenFile = '/run/token';

    expect(() => parseWebhookUrl({ url: 'http://events.example/x', tokenFile })).toThrow('in the clear');
    expect(parseWebhookUrl({ url: 'http://events.example/x' }).hostname).toBe('events.example');
    expect(parseWebhookUrl({ url: 'http://[::1]:8080/x', tokenFile }).port).toBe('8080');
    expect(parseWebhookUrl({ url: 'https://events.example/x', tokenFile }).protocol).toBe('https:');
  });
});
