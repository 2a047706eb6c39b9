import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type Certificates, makeCertificates } from '../../../../test/support/certificates.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { startIntegratedRegistry } from '../../../../test/support/integrated-registry-server.ts';
import { parseRegistryAddress } from '../registry-address.ts';
import { openConnection } from './connection.ts';
import { ping } from './ping.ts';

const { signal } = new AbortController();
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

interface Row {
  readonly id: string;
  readonly server: 'TLS' | 'plain';
  /** Before the host. */
  readonly prefix?: string;
  readonly root?: number;
  readonly healthz?: number;
  readonly insecureAllowed: boolean;
  /** Which paths were asked for; or what the failure says. */
  readonly asked?: readonly string[];
  readonly security?: string;
  readonly fails?: RegExp;
}

const rows: readonly Row[] = [
  { id: 'PG-01', server: 'TLS', insecureAllowed: true, asked: ['/'], security: 'unverified' },
  { id: 'PG-02', server: 'TLS', prefix: 'https://', insecureAllowed: true, asked: ['/'], security: 'unverified' },
  {
    id: 'PG-03',
    server: 'TLS',
    prefix: 'http://',
    insecureAllowed: true,
    fails: /malformed HTTP|the connection was cut|400/,
  },
  { id: 'PG-04', server: 'TLS', insecureAllowed: false, fails: /unknown authority/ },
  { id: 'PG-05', server: 'TLS', root: 404, insecureAllowed: true, asked: ['/', '/healthz'], security: 'unverified' },
  { id: 'PG-06', server: 'plain', insecureAllowed: true, asked: ['/'], security: 'plain' },
  { id: 'PG-07', server: 'plain', prefix: 'http://', insecureAllowed: true, asked: ['/'], security: 'plain' },
  {
    id: 'PG-08',
    server: 'plain',
    prefix: 'https://',
    insecureAllowed: true,
    fails: /HTTP response to an HTTPS client/,
  },
  { id: 'PG-09', server: 'plain', insecureAllowed: false, fails: /HTTP response to an HTTPS client/ },
  { id: 'PG-10', server: 'plain', root: 404, insecureAllowed: true, asked: ['/', '/healthz'], security: 'plain' },
  { id: 'PG-11', server: 'plain', root: 404, healthz: 500, insecureAllowed: true, fails: /500 instead of 200/ },
];

test.each(rows)('$id: a $server registry, asked as $prefix, insecure allowed: $insecureAllowed', async (row) => {
  const { root, healthz } = row;
  const tls = row.server === 'TLS' ? { tls: certificates.server } : {};
  const server = await startIntegratedRegistry({ ...tls, ...(root && { root }), ...(healthz && { healthz }) });
  const asking = pinged(`${row.prefix ?? ''}${server.host}`, row.insecureAllowed);

  if (row.fails !== undefined) {
    await expect(asking).rejects.toMatchObject({ code: 'INTEGRATED_REGISTRY_PING_FAILED', message: row.fails });
    await expect(asking).rejects.toThrow(`failed to ping registry ${server.host}`);
    return;
  }
  const connection = await asking;
  expect(server.lines.map((line) => line.replace('GET ', ''))).toEqual(row.asked);
  expect(connection.security).toBe(row.security);
  await connection.dispatcher.close();
});

describe('a failed ping', () => {
  test('of a registry without TLS asks to secure it, or to force', async () => {
    const { host } = await startIntegratedRegistry();

    await expect(pinged(host, false)).rejects.toMatchObject({ hint: expect.stringContaining('--force-insecure') });
  });

  test('of a registry with TLS that was asked without asks whether that was meant', async () => {
    const plain = await startIntegratedRegistry({ tls: certificates.server });

    await expect(pinged(`http://${plain.host}`, true)).rejects.toMatchObject({
      code: 'INTEGRATED_REGISTRY_PING_FAILED',
      hint: expect.stringContaining('https://'),
    });
  });

  test('of a registry that says in plain HTTP that it wants TLS repeats that', async () => {
    const host = await answeringWith(400, 'Client sent an HTTP request to an HTTPS server.\n');

    await expect(pinged(`http://${host}`, true)).rejects.toMatchObject({
      message: expect.stringContaining('400: it was sent an HTTP request to an HTTPS server'),
      hint: expect.stringContaining('https://'),
    });
  });

  test('of another authority than the one that was named names that file', async () => {
    const { host } = await startIntegratedRegistry({ tls: certificates.server });
    const other = await makeCertificates();
    const more = { caFile: other.caFile };

    await expect(pinged(host, false, [other.ca], true, more)).rejects.toMatchObject({
      hint: expect.stringContaining(`not from the authority in ${other.caFile}`),
    });
  });

  test('of an unknown authority asks for its certificate, and with it succeeds', async () => {
    const { host } = await startIntegratedRegistry({ tls: certificates.server });

    await expect(pinged(host, false)).rejects.toMatchObject({
      hint: expect.stringContaining('--certificate-authority'),
    });
    const connection = await pinged(host, false, [certificates.ca]);
    expect(connection.security).toBe('verified');
    await connection.dispatcher.close();
  });

  test('of an address that nobody gave asks for a reachable one', async () => {
    const unknown = 'image-registry.openshift-image-registry.svc.invalid:5000';

    await expect(pinged(unknown, false, [], false)).rejects.toMatchObject({
      hint: expect.stringContaining('--registry-url'),
    });
  });

  test('where nothing listens says so, for each way that was tried', async () => {
    const host = `127.0.0.1:${await freePort()}`;

    await expect(pinged(host, true)).rejects.toThrow(
      new RegExp(
        `GET https://${host}/: the connection was refused .*; GET http://${host}/: the connection was refused`,
      ),
    );
  });
});

function pinged(
  url: string,
  insecureAllowed: boolean,
  authorities: readonly string[] = [],
  isUrlGiven = true,
  more: { readonly caFile?: string } = {},
) {
  const address = parseRegistryAddress(url);
  const settings = { authorities, connections: 2, timeoutMs: 3000 };
  const open = (security: 'verified' | 'unverified' | 'plain') => openConnection(address.host, security, settings);
  return ping(address, { insecureAllowed, isUrlGiven, open, ...more }, signal);
}

/** @returns its host, with the port */
async function answeringWith(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
