import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../../../test/support/certificates.ts';
import { startConnectProxy } from '../../../../test/support/connect-proxy.ts';
import { describeReal } from '../../../../test/support/requirements.ts';
import { startScriptedServer } from '../../../../test/support/scripted-server.ts';
import { openTransport, type TransportSettings } from './transport.ts';

const signal = new AbortController().signal;

async function securityOf(settings: TransportSettings): Promise<string> {
  const transport = await openTransport({ timeoutMs: 5000, retries: 0, ...settings }, signal);
  await transport.close();
  return transport.security;
}

describe('a registry that is not on this machine', () => {
  test('that speaks plain HTTP is not reached, unless insecure is forced or http:// is written', async () => {
    const server = await startScriptedServer((_, response) => void response.end());
    const proxy = await startConnectProxy(server.host);
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };

    await expect(securityOf({ url: 'registry.test:5000', env })).rejects.toMatchObject({ code: 'REGISTRY_PLAIN_HTTP' });
    expect(server.requests).toEqual([]);
    expect(await securityOf({ url: 'registry.test:5000', env, insecure: true })).toBe('plain');
    expect(await securityOf({ url: 'http://registry.test:5000', env })).toBe('plain');
  });

  test('is reached through the proxy, and one that NO_PROXY excepts is not', async () => {
    const server = await startScriptedServer((_, response) => void response.end());
    const proxy = await startConnectProxy(server.host);

    await securityOf({
      url: 'http://registry.test:5000',
      env: { http_proxy: proxy.url.replace('http://', 'http://me:pw@') },
    });

    expect(new Set(proxy.asked)).toEqual(
      new Set([`registry.test:5000 Basic ${Buffer.from('me:pw').toString('base64')}`]),
    );
    await expect(
      securityOf({ url: 'http://registry.invalid', env: { http_proxy: proxy.url, no_proxy: '.invalid' } }),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    await securityOf({ url: server.url, env: { http_proxy: 'http://127.0.0.1:1' } });
  });

  test('behind a proxy that refuses, or is not there, is unreachable', async () => {
    const proxy = await startConnectProxy('127.0.0.1:1', 407);
    const url = 'registry.test';

    await expect(securityOf({ url, env: { https_proxy: proxy.url } })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringContaining('407'),
    });
    await expect(securityOf({ url, env: { https_proxy: 'http://127.0.0.1:1' } })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
  });
});

describeReal('a registry with TLS that is not on this machine', ['openssl'], () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });

  test('is not reached without its authority, and not verified only when insecure is forced', async () => {
    const server = await startScriptedServer((_, response) => void response.end(), { tls: certificates.server });
    const env = { HTTPS_PROXY: (await startConnectProxy(server.host)).url };

    for (const url of ['registry.test:5000', 'https://registry.test:5000']) {
      await expect(securityOf({ url, env })).rejects.toMatchObject({ code: 'REGISTRY_TLS_UNTRUSTED' });
      expect(await securityOf({ url, env, insecure: true })).toBe('unverified');
      await expect(securityOf({ url, env, caFile: certificates.caFile })).rejects.toMatchObject({
        code: 'REGISTRY_TLS_WRONG_HOST',
        message: expect.stringContaining('DNS:localhost'),
      });
    }
  });
});
