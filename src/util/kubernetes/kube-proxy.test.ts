import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { type ConnectProxy, startConnectProxy } from '../../../test/support/connect-proxy.ts';
import { type KubeApiServer, startKubeApiServer } from '../../../test/support/kube-api-server/kube-api-server.ts';
import { openKubeApi } from './kube-api.ts';

const { signal } = new AbortController();
const PODS = '/api/v1/namespaces/shop/pods';
const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'] as const;
const before = { ...process.env };

let server: KubeApiServer;
let proxy: ConnectProxy;

beforeEach(async () => {
  for (const name of names) delete process.env[name];
  server = await startKubeApiServer();
  proxy = await startConnectProxy(new URL(server.url).host);
});

afterEach(() => {
  for (const name of names) {
    delete process.env[name];
    if (before[name] !== undefined) process.env[name] = before[name];
  }
});

/** Asks a cluster of this address; only through a proxy is it there at all. */
async function ask(address = 'https://api.prod.example:6443', cluster: object = {}) {
  const kubeconfig = server.kubeconfig;
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  Object.assign(config.clusters[0].cluster, { server: address, 'tls-server-name': 'localhost', ...cluster });
  writeFileSync(kubeconfig, JSON.stringify(config));
  const api = await openKubeApi({ kubeconfig, times: { attempts: 1, connectMs: 2000 } });
  atEnd(() => api.close());
  return await api.get(PODS, signal);
}

describe('a cluster behind a proxy', () => {
  test('is reached by the proxy-url of its kubeconfig, TLS and token going through untouched', async () => {
    expect(await ask(undefined, { 'proxy-url': proxy.url })).toMatchObject({ kind: 'PodList' });
    expect(proxy.asked).toEqual(['api.prod.example:6443']);
  });

  test('is reached by HTTPS_PROXY', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;

    expect(await ask()).toMatchObject({ kind: 'PodList' });
    expect(proxy.asked).toEqual(['api.prod.example:6443']);
  });

  test('shows the proxy its user and password', async () => {
    process.env['HTTPS_PROXY'] = proxy.url.replace('http://', 'http://me:p%40ss@');
    await ask();

    expect(proxy.asked).toEqual([`api.prod.example:6443 Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  });

  test('goes by its kubeconfig before the environment, whatever NO_PROXY says', async () => {
    const other = await startConnectProxy('127.0.0.1:1', 403);
    process.env['HTTPS_PROXY'] = other.url;
    process.env['NO_PROXY'] = '*';

    await ask(undefined, { 'proxy-url': proxy.url });
    expect([proxy.asked.length, other.asked.length]).toEqual([1, 0]);
  });

  test.each([
    ['prod.example', 'https://api.prod.example:6443'],
    ['.prod.example', 'https://api.prod.example:6443'],
    ['192.0.2.0/24', 'https://192.0.2.7:6443'],
    ['192.0.2.7:6443', 'https://192.0.2.7:6443'],
  ])('is asked directly where NO_PROXY=%s excepts %s', async (noProxy, address) => {
    process.env['HTTPS_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = `localhost, ${noProxy}`;

    await expect(ask(address)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(proxy.asked).toEqual([]);
  });

  test.each(['xample', 'other.example', '192.0.2.0/24', 'api.prod.example:443'])(
    'is asked through it where NO_PROXY=%s means others',
    async (noProxy) => {
      process.env['HTTPS_PROXY'] = proxy.url;
      process.env['NO_PROXY'] = noProxy;

      expect(await ask()).toMatchObject({ kind: 'PodList' });
    },
  );

  test('that HTTP_PROXY alone names is asked directly: it speaks https://', async () => {
    process.env['HTTP_PROXY'] = proxy.url;

    await expect(ask()).rejects.toMatchObject({ failure: 'unreachable' });
    expect(proxy.asked).toEqual([]);
  });

  test('on this machine needs none', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;

    expect(await ask(server.url)).toMatchObject({ kind: 'PodList' });
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    ['refuses', async () => (await startConnectProxy('127.0.0.1:1', 407)).url],
    ['is not there', async () => 'http://127.0.0.1:1'],
  ])('that %s is out of reach, and the message names the proxy, not its password', async (_, place) => {
    const url = await place();
    process.env['HTTPS_PROXY'] = url.replace('http://', 'http://me:hunter2@');

    const error = await ask().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining(
        `GET https://api.prod.example:6443${PODS} (through the proxy ${new URL(url).host}): `,
      ),
    });
    expect((error as Error).message).not.toContain('hunter2');
  });

  test.each([
    ['its proxy-url', 'socks5://me:hunter2@127.0.0.1:1080'],
    ['its proxy-url', 'not a url'],
    ['the proxy that the environment names', 'http://me:hunter2@:x'],
  ])('by what is none that can be used is a mistake of the settings: %s %s', async (whose, text) => {
    if (whose !== 'its proxy-url') process.env['HTTPS_PROXY'] = text;
    const error = await ask(undefined, whose === 'its proxy-url' ? { 'proxy-url': text } : {}).catch(
      (thrown: Error) => thrown,
    );

    expect(error).toMatchObject({ failure: 'settings', message: expect.stringContaining(`${whose} is no URL`) });
    expect((error as Error).message).not.toContain('hunter2');
  });
});
