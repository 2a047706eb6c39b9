import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { atEnd } from '../support/at-end.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * Whether the API server of the tests, which is a fake, is one for somebody who knows only real ones: kubectl. What kubectl and the server
 * agree on here is what Winnow's own client relies on.
 */

let server: KubeApiServer;
let home: string;

function putPods(count: number): void {
  for (let n = 0; n < count; n += 1)
    server.put({
      ...{ apiVersion: 'v1', kind: 'Pod', status: { phase: n === 0 ? 'Pending' : 'Running' } },
      metadata: { namespace: 'shop', name: `web-${n}`, labels: { half: n % 2 === 0 ? 'even' : 'odd' } },
    });
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await run(args)).stdout;
}

function run(args: readonly string[], kubeconfig = server.kubeconfig) {
  return promisify(execFile)(programPath('kubectl'), args, {
    env: { HOME: home, KUBECONFIG: kubeconfig },
    timeout: 60_000,
  });
}

function fileOf(...objects: readonly object[]): string {
  const path = join(home, 'objects.json');
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return path;
}

const names = (text: string) => text.trim().split(/\s+/);

describeReal('the API server of the tests, asked by kubectl', ['kubectl', 'openssl'], () => {
  beforeEach(async () => {
    server = await startKubeApiServer({ openshift: true });
    home = join(makeTempFolder('kubectl'), 'home');
    mkdirSync(home);
  });

  test.each([true, false])('is discovered (all at once: %s), and lists in chunks', async (aggregatedDiscovery) => {
    server = await startKubeApiServer({ openshift: true, aggregatedDiscovery });
    putPods(5);

    expect(names(await kubectl('get', 'pods', '-n', 'shop', '--chunk-size=2', '-o', 'name'))).toEqual(
      [0, 1, 2, 3, 4].map((n) => `pod/web-${n}`),
    );
    const lists = server.requests.filter((line) => line.includes('limit=2'));
    expect([lists.length, lists.filter((line) => line.includes('continue=')).length]).toEqual([3, 2]);
    expect(await kubectl('get', 'imagestreams', '-A', '-o', 'name')).toBe('');
    expect(await kubectl('version', '-o', 'json')).toContain('v1.32.4');
  });

  test('selects by labels and fields', async () => {
    putPods(4);
    const found = async (...selection: readonly string[]) =>
      names(await kubectl('get', 'pods', '-A', '-o', 'name', '--chunk-size=1', ...selection)).join(' ');

    expect(await found('-l', 'half in (odd, none),!gone')).toBe('pod/web-1 pod/web-3');
    expect(await found('-l', 'half!=odd')).toBe('pod/web-0 pod/web-2');
    expect(await found('--field-selector', 'status.phase!=Running')).toBe('pod/web-0');
    await expect(found('--field-selector', 'spec.colour=red')).rejects.toMatchObject({
      stderr: expect.stringContaining('field label not supported'),
    });
  });

  test('lets objects be made, patched in three ways, replaced and deleted', async () => {
    const container = (name: string, image: string) => ({ name, image });
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
      spec: { replicas: 0, template: { spec: { containers: [container('app', 'web:1'), container('log', 'log:1')] } } },
    };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    await kubectl('create', '--validate=false', '-f', fileOf(namespace, deployment));
    const patch = (type: string, body: object) =>
      kubectl('patch', 'deployments', 'web', '-n', 'shop', `--type=${type}`, '-p', JSON.stringify(body));
    const images = () =>
      kubectl('get', 'deployments', 'web', '-n', 'shop', '-o', 'jsonpath={..image} {.metadata.generation}');

    expect(await images()).toBe('web:1 log:1 1');
    await patch('strategic', { spec: { template: { spec: { containers: [{ name: 'log', image: 'log:2' }] } } } });
    expect(await images()).toBe('web:1 log:2 2');
    await patch('json', [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'web:2' }]);
    expect(await images()).toBe('web:2 log:2 3');
    await patch('merge', { spec: { template: { spec: { containers: [container('only', 'web:3')] } } } });
    expect(await images()).toBe('web:3 4');
    await kubectl('apply', '--validate=false', '-f', fileOf(deployment));
    await kubectl('delete', 'deployments', 'web', '-n', 'shop', '--wait=true', '--timeout=20s');
    expect(server.all('Deployment')).toEqual([]);
  });

  test('refuses to write over what somebody else has changed', async () => {
    putPods(1);
    const stale = await kubectl('get', 'pods', 'web-0', '-n', 'shop', '-o', 'json');
    await kubectl('label', 'pods', 'web-0', '-n', 'shop', 'changed=yes');
    const path = join(home, 'stale.json');
    writeFileSync(path, stale);

    await expect(kubectl('replace', '--validate=false', '-f', path)).rejects.toMatchObject({
      stderr: expect.stringContaining('the object has been modified'),
    });
  });

  test('obeys the roles that it has, and tokens that it gave', async () => {
    putPods(1);
    const rbac = 'rbac.authorization.k8s.io';
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
    const objects = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'shop' } },
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'reader' }, rules },
      {
        ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'reader' } },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'shop' }],
      },
    ];
    await kubectl('create', '--validate=false', '-f', fileOf(...objects));
    const request = join(home, 'request.json');
    writeFileSync(request, JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }));
    const path = '/api/v1/namespaces/shop/serviceaccounts/reader/token';
    const { token } = JSON.parse(await kubectl('create', '--raw', path, '-f', request)).status;
    const as = (...args: readonly string[]) => run(args, server.kubeconfigFor(token));

    expect((await as('get', 'pods', '-n', 'shop', '-o', 'name')).stdout).toBe('pod/web-0\n');
    await expect(as('get', 'deployments', '-n', 'shop')).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'deployments.apps is forbidden: User "system:serviceaccount:shop:reader" cannot list resource "deployments" in API group "apps" in the namespace "shop"',
      ),
    });
    server.revoke(token);
    await expect(as('get', 'pods', '-n', 'shop')).rejects.toMatchObject({
      stderr: expect.stringContaining('You must be logged in to the server'),
    });
  });

  test('tells who watches what changes', async () => {
    putPods(2);
    const args = ['get', 'pods', '-n', 'shop', '--watch-only', '-o', 'name'];
    const watching = spawn(programPath('kubectl'), args, { env: { HOME: home, KUBECONFIG: server.kubeconfig } });
    atEnd(() => void watching.kill());
    await sawWatch();
    server.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'new' } });

    expect(await firstLine(watching)).toBe('pod/new');
    watching.kill();
  });

  test('waits with who waits for a deletion', async () => {
    putPods(1);
    const waiting = kubectl('wait', '--for=delete', 'pod/web-0', '-n', 'shop', '--timeout=20s');
    await sawWatch();
    server.remove('Pod', 'shop', 'web-0');

    expect(await waiting).toContain('condition met');
  });
});

async function sawWatch(): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!server.requests.some((line) => line.includes('watch=true'))) {
    if (Date.now() > deadline) throw new Error('kubectl did not watch within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('exit', () => reject(new Error(`kubectl ended: ${text}`)));
  });
}
