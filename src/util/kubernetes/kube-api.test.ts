import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { type KubeApiServer, startKubeApiServer } from '../../../test/support/kube-api-server/kube-api-server.ts';
import { startScriptedServer } from '../../../test/support/scripted-server.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { type KubeSettings, openKubeApi } from './kube-api.ts';

const { signal } = new AbortController();
const quick = { attempts: 3, firstPauseMs: 1 };
const PODS = '/api/v1/namespaces/shop/pods';
const readPods = [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'get'] }];

let server: KubeApiServer;

beforeEach(async () => {
  server = await startKubeApiServer();
  server.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'web-1' } });
});

async function open(settings: KubeSettings = {}) {
  const api = await openKubeApi({ kubeconfig: server.kubeconfig, times: quick, ...settings });
  atEnd(() => api.close());
  return api;
}

const asked = (method: string) => server.requests.filter((line) => line.startsWith(`${method} `)).length;

describe('a request that fails', () => {
  test.each([429, 502, 503, 504])('with %s is made again, for reading', async (status) => {
    server.faults.push({ on: /./, times: 2, status });

    expect(await (await open()).get(`${PODS}/web-1`, signal)).toMatchObject({ kind: 'Pod' });
    expect(asked('GET')).toBe(3);
  });

  test('waits as long as the server wants', async () => {
    server.faults.push({ on: /./, times: 1, status: 429, retryAfterSeconds: 1 });
    const startMs = performance.now();

    await (await open()).get(`${PODS}/web-1`, signal);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(1000);
  });

  test.each([400, 403, 404, 409, 422, 500])('with %s is told at once, with the server’s words', async (status) => {
    server.faults.push({ on: /./, status, message: 'the reason why', reason: 'BecauseOfThat' });

    await expect((await open()).get(`${PODS}/web-1`, signal)).rejects.toMatchObject({
      ...{ failure: 'refused', status, reason: expect.stringMatching(/^[A-Z]\w+$/) },
      message: `GET ${server.url}${PODS}/web-1: ${status} the reason why`,
    });
    expect(asked('GET')).toBe(1);
  });

  test('on its way is made again for reading, and for writing not', async () => {
    const api = await open();
    server.faults.push({ on: /./, times: 2, hangUp: true });
    await api.get(`${PODS}/web-1`, signal);
    expect(asked('GET')).toBe(3);

    server.faults.splice(0, 1, { on: /./, hangUp: true });
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-2' } };
    await expect(api.post(PODS, body, signal)).rejects.toMatchObject({ failure: 'unreachable' });
    await expect(api.delete(`${PODS}/web-1`, {}, signal)).rejects.toMatchObject({ failure: 'unreachable' });
    expect([asked('POST'), asked('DELETE')]).toEqual([1, 1]);
  });

  test('is made again, whatever it does, where the server says that it has done nothing', async () => {
    server.faults.push({ on: /^POST/, times: 1, status: 429 });
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-2' } };

    await (await open()).post(PODS, body, signal);
    expect([asked('POST'), server.all('Pod').length]).toEqual([2, 2]);
  });

  test.each([502, 504])('with %s is not made again for writing: nobody knows what was done', async (status) => {
    server.faults.push({ on: /^POST/, times: 1, status });
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-2' } };

    await expect((await open()).post(PODS, body, signal)).rejects.toMatchObject({ status });
    expect(asked('POST')).toBe(1);
  });

  test('is none with a larger answer than is wanted', async () => {
    await expect((await open()).get(`${PODS}/web-1`, signal, { maxBytes: 20 })).rejects.toMatchObject({
      failure: 'too-large',
    });
  });

  test('shows no token, also where the server repeats it', async () => {
    const token = server.addUser('winnow', []);
    server.faults.push({ on: /./, status: 403, message: `who sends Bearer ${token} may not` });
    const api = await open({ kubeconfig: server.kubeconfigFor(token) });

    await expect(api.get(PODS, signal)).rejects.toMatchObject({
      message: `GET ${server.url}${PODS}: 403 who sends Bearer *** may not`,
    });
  });

  test('tells the page of a proxy in one short line', async () => {
    server.faults.push({ on: /./, status: 404, body: `<html>\n${'x'.repeat(5000)}` });

    const error = await (await open()).get(PODS, signal).catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(/: 404 <html> x+…$/);
    expect((error as Error).message.length).toBeLessThan(450);
  });
});

test('changes go out in the form that is asked for, and only to what has not changed', async () => {
  const api = await open();
  const { metadata } = await api.get(`${PODS}/web-1`, signal);
  const { resourceVersion } = metadata as { readonly resourceVersion: string };
  await api.patch(`${PODS}/web-1`, 'merge', { metadata: { labels: { app: 'web' } } }, signal);

  expect(server.find('Pod', 'shop', 'web-1')?.metadata?.labels).toEqual({ app: 'web' });
  const old = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', resourceVersion } };
  await expect(api.put(`${PODS}/web-1`, old, signal)).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
  await expect(api.delete(`${PODS}/web-1`, { resourceVersion }, signal)).rejects.toMatchObject({ reason: 'Conflict' });
  await api.delete(`${PODS}/web-1`, {}, signal);
  expect(server.find('Pod', 'shop', 'web-1')).toBeUndefined();
});

describe('who asks', () => {
  /** A plugin that hands out what stands in a file, and counts how often it is run. */
  function plugin(token: string) {
    const folder = makeTempFolder('plugin');
    const [program, tokenFile, runs] = ['login', 'token', 'runs'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const status = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}';
    writeFileSync(program, `#!/bin/sh\necho >>${runs}\nprintf '${status}' "$(cat ${tokenFile})"\n`);
    chmodSync(program, 0o755);
    writeFileSync(tokenFile, token);
    writeFileSync(runs, '');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program, interactiveMode: 'Never' };
    return {
      program,
      tokenFile,
      kubeconfig: server.kubeconfigFor({ exec }),
      runs: () => readFileSync(runs, 'utf8').length,
    };
  }

  test('may be told by a plugin, which is run again when its token is good no longer', async () => {
    const first = server.addUser('winnow', readPods);
    const { kubeconfig, tokenFile, runs } = plugin(first);
    const api = await open({ kubeconfig });
    await Promise.all([1, 2, 3].map(() => api.get(PODS, signal)));
    await api.get(PODS, signal);
    expect(runs()).toBe(1);

    server.revoke(first);
    writeFileSync(tokenFile, server.addUser('winnow', readPods));
    expect(await api.get(PODS, signal)).toMatchObject({ kind: 'PodList' });
    expect(runs()).toBe(2);

    writeFileSync(tokenFile, 'wrong');
    server.faults.push({ on: /./, times: 1, status: 401 });
    await expect(api.get(PODS, signal)).rejects.toMatchObject({ failure: 'refused', status: 401 });
  });

  test('is not known where the plugin fails, and what it wrote to stdout is not shown', async () => {
    const { program, kubeconfig } = plugin('x');
    const api = await open({ kubeconfig });
    writeFileSync(program, '#!/bin/sh\necho no network >&2\nexit 3\n');
    await expect(api.get(PODS, signal)).rejects.toMatchObject({
      failure: 'login',
      message: `getting a credential for ${server.url}: no network`,
    });

    writeFileSync(program, '#!/bin/sh\necho my-secret-token\n');
    await expect(api.get(PODS, signal)).rejects.toMatchObject({
      message: `getting a credential for ${server.url}: the plugin’s answer is no JSON`,
    });
  });

  test('is told to nobody over a connection without TLS', async () => {
    const open1 = await startScriptedServer((_, response) => void response.end('{"kind":"PodList"}'));
    const kubeconfig = server.kubeconfigFor('a-token');
    writeFileSync(kubeconfig, readFileSync(kubeconfig, 'utf8').replace(server.url, open1.url));

    await (await open({ kubeconfig })).get(PODS, signal);
    expect(open1.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('does not ask a server whose certificate is not trusted', async () => {
    const kubeconfig = server.kubeconfigFor('a-token');
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
    delete config.clusters[0].cluster['certificate-authority-data'];
    writeFileSync(kubeconfig, JSON.stringify(config));

    await expect((await open({ kubeconfig })).get(PODS, signal)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(server.requests).toEqual([]);
  });
});

describe('without a kubeconfig of its own', () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of ['KUBECONFIG', 'HOME']) process.env[name] = before[name] ?? '';
  });

  test('the files of KUBECONFIG are read as kubectl reads them: the first that names something wins', async () => {
    const other = join(makeTempFolder('kube'), 'config');
    const foreign = { clusters: [{ name: 'test', cluster: { server: 'https://elsewhere.invalid' } }] };
    const context = { name: 'second', context: { cluster: 'test', user: 'test' } };
    writeFileSync(other, JSON.stringify({ ...foreign, contexts: [context], 'current-context': 'second' }));
    process.env['KUBECONFIG'] = ['/nonexistent/config', server.kubeconfig, other].join(':');

    const api = await openKubeApi({ context: 'second', times: quick });
    expect(await api.get(PODS, signal)).toMatchObject({ kind: 'PodList' });
    await api.close();
    const first = await openKubeApi({ times: quick });
    expect(first.server).toBe(server.url);
    await first.close();
  });

  test('and none anywhere, nothing is asked', async () => {
    process.env['KUBECONFIG'] = '';
    process.env['HOME'] = makeTempFolder('home');

    await expect(openKubeApi({})).rejects.toMatchObject({
      failure: 'settings',
      message: 'reading the kubeconfig: there is none, and this is no pod of a cluster',
    });
  });
});
