import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type Certificates, makeCertificates } from '../../../../test/support/certificates.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { describeReal } from '../../../../test/support/requirements.ts';
import {
  type AskedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../../../test/support/scripted-server.ts';
import { openConnection } from './connection.ts';
import { type Reached, reach } from './reach.ts';
import { parseRegistryUrl } from './registry-url.ts';
import { loadTls } from './tls.ts';

const signal = new AbortController().signal;
const opened: Reached[] = [];
afterEach(async () => {
  for (const { connection } of opened.splice(0)) await connection.close();
});

async function reachIt(
  url: string,
  {
    insecureAllowed = false,
    caFile,
    timeoutMs = 5000,
  }: { insecureAllowed?: boolean; caFile?: string; timeoutMs?: number } = {},
): Promise<Reached> {
  const address = parseRegistryUrl(url);
  const tls =
    caFile === undefined
      ? { registry: createSecureContext(), others: createSecureContext() }
      : await loadTls({ caFile });
  const open = (security: 'verified' | 'unverified' | 'plain') =>
    openConnection({ host: address.host, security, tls, connections: 2, timeoutMs, env: {} });
  const retry = { attempts: 2, totalMs: 5000, random: () => 0, now: Date.now };
  const reached = await reach(address, { insecureAllowed, open, retry }, signal);
  opened.push(reached);
  return reached;
}

/** Answers 200 on these paths, and on `/v2/` as a registry does. */
function registryWith(...paths: readonly string[]) {
  return ({ path }: AskedRequest, response: ServerResponse) => {
    response.statusCode = path === '/v2/' || paths.includes(path) ? 200 : 404;
    response.end();
  };
}

/** What was asked before the registry's own `/v2/`. */
function pings(server: ScriptedServer): readonly string[] {
  return server.lines().filter((line) => line !== 'GET /v2/');
}

describeReal("oc's ping of a registry with TLS", ['openssl'], () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  const secured = (...paths: readonly string[]) =>
    startScriptedServer(registryWith(...paths), { tls: certificates.server });

  test('PG-01: reached by HTTPS, with `/`, when insecure is allowed and no scheme is given', async () => {
    const server = await secured('/');

    const { connection } = await reachIt(server.host, { insecureAllowed: true });

    expect(connection).toMatchObject({ url: server.url, security: 'unverified' });
    expect(pings(server)).toEqual(['GET /']);
  });

  test('PG-02: the same with https://', async () => {
    const server = await secured('/');

    const { connection } = await reachIt(server.url, { insecureAllowed: true });

    expect(connection.url).toBe(server.url);
    expect(pings(server)).toEqual(['GET /']);
  });

  test('PG-04: fails on an unknown authority, without a fall-back to HTTP, when insecure is not allowed', async () => {
    const server = await secured('/');

    await expect(reachIt(server.host)).rejects.toMatchObject({
      code: 'REGISTRY_TLS_UNTRUSTED',
      message: expect.stringContaining('unknown authority'),
      hint: expect.stringContaining('--certificate-authority'),
    });
    expect(server.requests).toEqual([]);
    expect(server.connections()).toBe(1);
  });

  test('PG-05: asks `/healthz` when `/` is not found', async () => {
    const server = await secured('/healthz');

    await reachIt(server.host, { insecureAllowed: true });

    expect(pings(server)).toEqual(['GET /', 'GET /healthz']);
  });

  test('is verified where the authority is named, even though insecure would be allowed', async () => {
    const server = await secured('/');

    const { connection } = await reachIt(server.host, { insecureAllowed: true, caFile: certificates.caFile });

    expect(connection.security).toBe('verified');
  });

  test('http:// towards it says that it speaks TLS, or that the connection was cut and TLS may be why', async () => {
    const server = await secured('/');

    const failure = await reachIt(`http://${server.host}`, { insecureAllowed: true }).catch((error) => error);

    expect(['REGISTRY_SPEAKS_TLS', 'REGISTRY_CONNECTION_LOST']).toContain(failure.code);
    expect(failure.hint).toContain('https://');
  });
});

describe("oc's ping of a registry without TLS", () => {
  test('PG-06: reached by the fall-back to HTTP when insecure is allowed', async () => {
    const server = await startScriptedServer(registryWith('/'));

    const { connection } = await reachIt(server.host, { insecureAllowed: true });

    expect(connection).toMatchObject({ url: server.url, security: 'plain' });
    expect(pings(server)).toEqual(['GET /']);
  });

  test('PG-08: an explicit https:// is never downgraded, even when insecure is allowed', async () => {
    const server = await startScriptedServer(registryWith('/'));

    await expect(reachIt(`https://${server.host}`, { insecureAllowed: true })).rejects.toMatchObject({
      code: 'REGISTRY_PLAIN_HTTP',
    });
    expect(server.requests).toEqual([]);
  });

  test('PG-09: fails with "HTTP response to an HTTPS client" when insecure is not allowed', async () => {
    const server = await startScriptedServer(registryWith('/'));

    await expect(reachIt(server.host)).rejects.toMatchObject({
      code: 'REGISTRY_PLAIN_HTTP',
      message: expect.stringContaining('HTTP response to an HTTPS client'),
      hint: expect.stringContaining('--force-insecure'),
    });
    expect(server.requests).toEqual([]);
  });

  test('PG-10: asks `/healthz` when only that is there', async () => {
    const server = await startScriptedServer(registryWith('/healthz'));

    await reachIt(server.host, { insecureAllowed: true });

    expect(pings(server)).toEqual(['GET /', 'GET /healthz']);
  });

  test('an explicit http:// does not try HTTPS first', async () => {
    const heard: string[] = [];
    const host = await rawServer(Buffer.from('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'), heard);

    await reachIt(`http://${host}`, { insecureAllowed: true });

    expect(heard).toEqual(['GET /', 'GET /', 'GET /'].map((line) => expect.stringContaining(line)));
  });
});

describe('what else may be found at the address', () => {
  test('a registry that is nothing but /v2/ is one', async () => {
    const server = await startScriptedServer(registryWith());

    const { challenge } = await reachIt(server.url, { insecureAllowed: true });

    expect(challenge).toBeUndefined();
    expect(server.lines()).toEqual(['GET /', 'GET /healthz', 'GET /v2/']);
  });

  test('a registry that asks for credentials is one, and its challenge is handed on', async () => {
    const server = await startScriptedServer((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    });

    const { challenge } = await reachIt(server.url, { insecureAllowed: true });

    expect(challenge).toBe('Basic realm="r"');
  });

  test.each([
    ['404', 404, {}, 'answered 404'],
    ['403', 403, {}, 'answered 403'],
    ['a web page for every path', 200, { 'content-type': 'text/html; charset=utf-8' }, 'web page'],
    [
      'a redirect',
      301,
      { location: 'https://registry.example.com/v2/?session=abc' },
      'redirects to https://registry.example.com/v2/',
    ],
  ])('%s on /v2/ is no registry', async (_, status, headers, words) => {
    const server = await startScriptedServer((_request, response) => void response.writeHead(status, headers).end());

    const failure = await reachIt(server.url, { insecureAllowed: true }).catch((error) => error);

    expect(failure).toMatchObject({ code: 'REGISTRY_NOT_A_REGISTRY', message: expect.stringContaining(words) });
    expect(failure.message).not.toContain('abc');
  });

  test('a registry that is not ready yet is asked again', async () => {
    let asked = 0;
    const server = await startScriptedServer(({ path }, response) => {
      response.statusCode = path === '/v2/' && asked++ === 0 ? 503 : 200;
      response.end();
    });

    await reachIt(server.url, { insecureAllowed: true });

    expect(asked).toBe(2);
  });

  test('a registry that stays unready is unavailable, and not "no registry"', async () => {
    const server = await startScriptedServer((_, response) => void response.writeHead(503).end());

    await expect(reachIt(server.url, { insecureAllowed: true })).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
    });
  });

  test('a user interface larger than what is read of it is an answer, too', async () => {
    const server = await startScriptedServer(({ path }, response) => {
      response.end(path === '/' ? Buffer.alloc(2 << 20) : '');
    });

    await expect(reachIt(server.url, { insecureAllowed: true })).resolves.toBeDefined();
  });

  test('"HTTP request to an HTTPS server" is understood as TLS', async () => {
    const server = await startScriptedServer((_, response) => {
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n');
    });

    await expect(reachIt(server.url, { insecureAllowed: true })).rejects.toMatchObject({ code: 'REGISTRY_SPEAKS_TLS' });
  });

  test('a TLS alert as the answer to HTTP is understood as TLS', async () => {
    const host = await rawServer(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x16]));

    await expect(reachIt(`http://${host}`, { insecureAllowed: true })).rejects.toMatchObject({
      code: 'REGISTRY_SPEAKS_TLS',
    });
  });

  test('what is no HTTP at all is a bad answer', async () => {
    const host = await rawServer(Buffer.from('220 mail.example.com ESMTP\r\n'));

    await expect(reachIt(`http://${host}`, { insecureAllowed: true })).rejects.toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
    });
  });

  test('nothing at all is unreachable, and each way that was tried is told', async () => {
    const port = await freePort();

    await expect(reachIt(`127.0.0.1:${port}`, { insecureAllowed: true })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(/https:.*refused.*then.*http:.*refused/),
    });
  });

  test('an unknown host is unreachable', async () => {
    await expect(reachIt('registry.invalid')).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  test('a server that says nothing runs into the time-out', async () => {
    const server = await startScriptedServer(() => {});

    await expect(reachIt(server.url, { insecureAllowed: true, timeoutMs: 200 })).rejects.toMatchObject({
      code: 'REGISTRY_TIMEOUT',
    });
  });
});

/** Answers anything with these bytes. */
async function rawServer(bytes: Buffer, heard: string[] = []): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      heard.push(data.toString('latin1'));
      socket.end(bytes);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `127.0.0.1:${port}`;
}
