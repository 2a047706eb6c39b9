import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import type { AccessRule } from '../../../../test/support/kube-api-server/access.ts';
import {
  type KubeApiServer,
  type KubeApiServerOptions,
  startKubeApiServer,
} from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import { workloadsIn } from '../../../evidence/snapshot/workloads-in.ts';
import type { ImageExtractor } from '../contract.ts';
import { clusterErrors } from '../errors.ts';
import { usageKinds } from '../objects/kinds.ts';
import { openKubernetesCluster } from './index.ts';

const soon = () => AbortSignal.timeout(30_000);
const quick = { attempts: 3, firstPauseMs: 1, answerMs: 2000, connectMs: 2000 };
const web = 'registry.example/shop/web:v1';

let server: KubeApiServer;

async function start(options: KubeApiServerOptions = {}): Promise<void> {
  server = await startKubeApiServer(options);
}

function putPod(name: string, image = web): void {
  server.put({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name } },
    ...{ spec: { containers: [{ name: 'app', image }] }, status: { phase: 'Running' } },
  });
}

function putDeployment(name: string, image = web): void {
  const template = { spec: { containers: [{ name: 'app', image }] } };
  server.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name },
    spec: { replicas: 0, template },
  });
}

/** What a busy cluster does to a list that takes long. */
function changeAndCompact(image: string): void {
  putPod('new', image);
  server.compact();
}

interface Given {
  readonly kind?: 'kubernetes' | 'openshift';
  readonly kubeconfig?: string;
  readonly mayHold?: readonly string[];
  readonly extractors?: readonly ImageExtractor[];
}

async function survey({ kubeconfig = server.kubeconfig, kind = 'kubernetes', extractors = [], ...given }: Given = {}) {
  const cluster = await openKubernetesCluster({ kind, name: 'prod', kubeconfig, ...given }, quick);
  atEnd(() => cluster.close());
  const { evidence, sink } = collectEvidence();
  await cluster.uses({ extractors }).survey(sink, soon());
  const workloads = [...workloadsIn(evidence, 'prod')];
  return {
    names: workloads.map((one) => `${one.kind} ${one.namespace}/${one.name}`).sort(),
    uses: [...new Set(workloads.flatMap(({ uses }) => uses))].sort(),
    gaps: evidence.gaps,
  };
}

/** What reading uses needs, but for some resources. */
const rulesWithout = (...resources: readonly string[]): AccessRule[] =>
  usageKinds
    .filter(({ resource }) => !resources.includes(resource))
    .map(({ group, resource }) => ({ apiGroups: [group], resources: [resource], verbs: ['list'] }));

describe('a cluster that is asked through its API', () => {
  beforeEach(() => start());

  test('uses what its objects name, whoever serves them', async () => {
    putPod('web-1');
    putDeployment('web', 'registry.example/shop/web:v2');
    server.serve({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Rollout',
      resource: 'rollouts',
      namespaced: true,
    });
    server.put({
      ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { namespace: 'shop', name: 'api' } },
      spec: { template: { spec: { containers: [{ name: 'app', image: 'registry.example/shop/api:v3' }] } } },
    });

    const seen = await survey();

    expect(seen).toEqual({
      names: ['Deployment shop/web', 'Pod shop/web-1', 'Rollout shop/api'],
      uses: ['registry.example/shop/api:v3', web, 'registry.example/shop/web:v2'],
      gaps: [],
    });
  });

  test('is asked for Helm’s Secrets only, never for others', async () => {
    const release = { metadata: { namespace: 'shop', labels: { owner: 'helm' } }, data: {} };
    server.put({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      ...release,
      metadata: { ...release.metadata, name: 'password' },
    });

    await survey();

    const secrets = server.requests.filter((line) => line.includes('/secrets'));
    expect(secrets).toEqual([
      'GET /api/v1/secrets?limit=50&labelSelector=owner%3Dhelm&fieldSelector=type%3Dhelm.sh%2Frelease.v1',
    ]);
  });

  test('is asked for every kind that it serves once, and for none that it does not', async () => {
    server.withdraw('CronJob');
    const { gaps } = await survey();

    const lists = server.requests.filter((line) => line.includes('limit=')).map((line) => line.replace(/\?.*/, ''));
    const served = usageKinds.filter(({ kind, openshift }) => kind !== 'CronJob' && !openshift);
    const paths = served.map(({ group, resource }) => `GET ${group === '' ? '/api' : `/apis/${group}`}/v1/${resource}`);
    expect(lists.sort()).toEqual(paths.sort());
    expect(gaps).toEqual([]);
  });

  test('reads a kind of the settings in the version that is served', async () => {
    const extractor = { group: 'shop.example', kind: 'Till', resource: 'tills', images: ['$.spec.image'] };
    server.serve({ group: 'shop.example', version: 'v2', kind: 'Till', resource: 'tills', namespaced: false });
    server.put({ apiVersion: 'shop.example/v2', kind: 'Till', metadata: { name: 'one' }, spec: { image: web } });

    expect(await survey({ extractors: [extractor] })).toMatchObject({ uses: [web], gaps: [] });
    expect(await survey({ extractors: [{ ...extractor, group: 'shop.example/v1' }] })).toMatchObject({
      uses: [],
      gaps: [
        {
          cause: 'Till of shop.example is served in v2, and can be read in v1',
          hint: 'say in references.customResources how this version is read',
        },
      ],
    });
  });

  test('goes on with a token that was renewed in its file', async () => {
    const tokenFile = join(makeTempFolder('token'), 'token');
    const first = server.addUser('winnow', rulesWithout());
    writeFileSync(tokenFile, first);
    putPod('web-1');
    const cluster = await openKubernetesCluster(
      { kind: 'kubernetes', name: 'prod', kubeconfig: server.kubeconfigFor({ tokenFile }) },
      quick,
    );
    server.revoke(first);
    writeFileSync(tokenFile, server.addUser('winnow', rulesWithout()));

    const { evidence, sink } = collectEvidence();
    await cluster.uses({ extractors: [] }).survey(sink, soon());

    expect([...workloadsIn(evidence, 'prod')].length).toBe(1);
    expect(evidence.gaps).toEqual([]);
    await cluster.close();
  });

  test('is known by a client certificate as well', async () => {
    const kubeconfig = server.kubeconfigFor(server.clientCertificate);
    server.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      rules: rulesWithout(),
    });
    server.put({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'r' } },
      ...{ roleRef: { kind: 'ClusterRole', name: 'r' }, subjects: [{ kind: 'User', name: 'winnow-client' }] },
    });
    putPod('web-1');

    expect(await survey({ kubeconfig })).toMatchObject({ uses: [web], gaps: [] });
  });
});

describe('what can’t be seen is a gap for all that the cluster may hold', () => {
  beforeEach(() => start());

  test.each(usageKinds.filter(({ openshift }) => !openshift).map(({ resource, group }) => [resource, group]))(
    'where %s may not be listed, and names the rule to grant',
    async (resource, group) => {
      putPod('web-1');
      const kubeconfig = server.kubeconfigFor(server.addUser('winnow', rulesWithout(resource)));

      const { gaps } = await survey({ kubeconfig, mayHold: ['registry.example', 'mirror.example'] });

      const called = group === '' ? resource : `${resource}.${group}`;
      const gap = {
        ...{ hides: 'holds', source: 'cluster prod' },
        cause: expect.stringContaining(
          `listing ${resource}: GET ${server.url}/api${group === '' ? '' : `s/${group}`}/v1/${resource}: 403 ${called} is forbidden: User "winnow" cannot list`,
        ),
        hint: `grant {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["list"]} to the user whom the message names`,
      };
      expect(gaps).toEqual([
        { ...gap, scope: 'registry.example' },
        { ...gap, scope: 'mirror.example' },
      ]);
    },
  );

  test('where the token has expired: once for the whole cluster, with the way to log in', async () => {
    const token = server.addUser('winnow', rulesWithout());
    server.revoke(token);

    const { gaps } = await survey({ kubeconfig: server.kubeconfigFor(token) });

    expect(gaps).toEqual([
      {
        ...{ scope: '', hides: 'holds', source: 'cluster prod' },
        cause: `asking what there is: GET ${server.url}/api: 401 Unauthorized`,
        hint: clusterErrors.CLUSTER_UNAUTHORIZED.hint,
      },
    ]);
    expect(JSON.stringify(gaps)).not.toContain(token);
  });

  test('where it expires in the middle', async () => {
    const token = server.addUser('winnow', rulesWithout());
    for (let n = 0; n < 4; n += 1) putPod(`web-${n}`);
    server.faults.push({ on: /GET .*\/deployments/, before: () => server.revoke(token) });

    const { gaps } = await survey({ kubeconfig: server.kubeconfigFor(token) });

    expect(gaps.length).toBeGreaterThan(0);
    expect(new Set(gaps.map(({ hint }) => hint))).toEqual(new Set([clusterErrors.CLUSTER_UNAUTHORIZED.hint]));
  });

  test('where discovery is not for this user', async () => {
    server.faults.push({ on: /^GET \/apis$/, status: 403, message: 'forbidden: User "x" cannot get path "/apis"' });

    expect(await survey()).toMatchObject({
      gaps: [{ hides: 'holds', hint: 'bind the cluster role system:discovery to the user whom the message names' }],
    });
  });

  test('where nobody answers: it does not throw', async () => {
    const kubeconfig = server.kubeconfig;
    await server.stop();

    expect(await survey({ kubeconfig })).toMatchObject({
      gaps: [{ scope: '', hides: 'holds', hint: clusterErrors.CLUSTER_UNREACHABLE.hint }],
    });
  });

  test('where no answer comes in time', async () => {
    server.faults.push({ on: /\/pods/, delayMs: 60_000 });
    const cluster = await openKubernetesCluster(
      { kind: 'kubernetes', name: 'prod', kubeconfig: server.kubeconfig },
      { ...quick, answerMs: 200, attempts: 2 },
    );
    const { evidence, sink } = collectEvidence();
    await cluster.uses({ extractors: [] }).survey(sink, soon());

    expect(evidence.gaps.map(({ cause }) => cause)).toEqual([expect.stringContaining('listing pods')]);
    await cluster.close();
  }, 90_000);

  test.each([
    ['is cut in the middle', { cutAfterBytes: 200 }],
    ['is no JSON', { body: '{"kind":"PodList","items":[{"metadata":' }],
    ['is a page of a proxy', { body: '<html>Please log in</html>' }],
    ['has no items', { body: '{"kind":"PodList","apiVersion":"v1","metadata":{}}' }],
    ['has items that are none', { body: '{"kind":"PodList","apiVersion":"v1","items":"none"}' }],
    ['has an item that is no object', { body: '{"kind":"PodList","apiVersion":"v1","items":[null]}' }],
    ['is no list', { body: '{"kind":"Status","status":"Success"}' }],
    ['is empty', { body: '' }],
    ['never comes', { hangUp: true }],
    ['is a failure of the server', { status: 500 }],
    ['is that it is overloaded, again and again', { status: 503 }],
  ])('where the answer %s', async (_, fault) => {
    putPod('web-1');
    putDeployment('web', 'registry.example/shop/web:v2');
    server.faults.push({ on: /\/pods/, ...fault });

    const { gaps, uses } = await survey();

    expect(gaps).toMatchObject([{ scope: '', hides: 'holds', cause: expect.stringContaining('listing pods') }]);
    expect(uses).toEqual(['registry.example/shop/web:v2']);
  });

  test('where the second half of a list does not come', async () => {
    for (let n = 0; n < 501; n += 1) putPod(`web-${n}`, `registry.example/shop/web:${n}`);
    server.faults.push({ on: /\/pods\?.*continue=/, status: 500 });

    const { gaps, uses } = await survey();

    expect(gaps.length).toBe(1);
    expect(uses.length).toBe(500);
  });

  test('where the server of a group that matters does not answer, and nowhere else', async () => {
    server.staleGroups.add('metrics.k8s.io/v1beta1');
    expect((await survey()).gaps).toEqual([]);

    server.staleGroups.add('argoproj.io/v1alpha1');
    expect((await survey()).gaps).toMatchObject([
      { scope: '', hides: 'holds', cause: expect.stringContaining('asking what there is in argoproj.io') },
    ]);
  });

  test('where it serves no pods at all', async () => {
    server.withdraw('Pod');

    expect((await survey()).gaps).toMatchObject([{ cause: 'the server has no Pod of the core group' }]);
  });
});

describe('a server before 1.26, that is asked for each group', () => {
  beforeEach(() => start({ aggregatedDiscovery: false }));

  test('is read alike', async () => {
    putPod('web-1');
    putDeployment('web', 'registry.example/shop/web:v2');

    expect(await survey()).toMatchObject({ uses: [web, 'registry.example/shop/web:v2'], gaps: [] });
  });

  test('hides what a group has that does not answer', async () => {
    server.withdraw('batch');
    server.staleGroups.add('batch/v1');
    server.staleGroups.add('metrics.k8s.io/v1beta1');

    expect((await survey()).gaps).toMatchObject([{ cause: expect.stringContaining('in batch: GET') }]);
  });
});

test('of three clusters, one that does not answer hides what it may hold, and the others are told of', async () => {
  const { evidence, sink } = collectEvidence();
  for (const [name, answers] of [
    ['one', true],
    ['two', false],
    ['three', true],
  ] as const) {
    await start();
    putPod(`web-${name}`, `registry.example/${name}:v1`);
    const settings = {
      kind: 'kubernetes',
      name,
      kubeconfig: server.kubeconfig,
      mayHold: [`registry.example/${name}`],
    } as const;
    const cluster = await openKubernetesCluster(settings, quick);
    atEnd(() => cluster.close());
    if (!answers) await server.stop();
    await cluster.uses({ extractors: [] }).survey(sink, soon());
  }

  expect(evidence.gaps.map(({ scope, source }) => `${source}: ${scope}`)).toEqual([
    'cluster two: registry.example/two',
  ]);
  expect(evidence.holds.length).toBe(2);
});

test('a list whose chunks are large is asked for in smaller ones', async () => {
  await start();
  const filling = 'x'.repeat(40 * 1024);
  for (let n = 0; n < 500; n += 1) {
    const metadata = { namespace: 'shop', name: `web-${n}`, annotations: { filling } };
    server.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: [{ image: `registry.example/web:${n}` }] },
    });
  }

  const { uses, gaps } = await survey();

  expect([uses.length, gaps]).toEqual([500, []]);
  const limits = server.requests.filter((line) => line.includes('/pods?')).map((line) => /limit=(\d+)/.exec(line)?.[1]);
  expect(limits).toEqual(['500', '250', '250']);
});

describe('a list whose state has expired in its middle', () => {
  beforeEach(() => start());

  test('is begun anew, and nothing is missed', async () => {
    for (let n = 0; n < 1001; n += 1) putPod(`web-${n}`, `registry.example/shop/web:${n}`);
    server.faults.push({
      on: /\/pods\?.*continue=/,
      times: 2,
      before: () => changeAndCompact('new:1'),
    });

    const { gaps, uses } = await survey();

    expect([gaps.length, uses.length, uses.includes('new:1')]).toEqual([0, 1002, true]);
  });

  test('is a gap when it expires for ever', async () => {
    for (let n = 0; n < 501; n += 1) putPod(`web-${n}`);
    server.faults.push({ on: /\/pods\?.*continue=/, before: () => changeAndCompact(web) });

    const { gaps } = await survey();

    expect(gaps).toMatchObject([{ cause: expect.stringContaining('410') }]);
    expect(server.requests.filter((line) => /\/pods\?limit=500$/.test(line)).length).toBe(4);
  });
});

describe('an OpenShift', () => {
  test('is asked for its own kinds as well', async () => {
    await start({ openshift: true });
    server.put({
      ...{ apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', metadata: { namespace: 'shop', name: 'web' } },
      spec: { template: { spec: { containers: [{ name: 'app', image: web }] } } },
    });

    expect(await survey({ kind: 'openshift' })).toEqual({
      names: ['DeploymentConfig shop/web'],
      uses: [web],
      gaps: [],
    });
    expect(await survey({ kind: 'kubernetes' })).toMatchObject({ uses: [web] });
  });

  test('may have no builds and no deployment configs, but not be without streams', async () => {
    await start({ openshift: true });
    server.withdraw('build.openshift.io');
    server.withdraw('apps.openshift.io');
    expect((await survey({ kind: 'openshift' })).gaps).toEqual([]);

    server.withdraw('image.openshift.io');
    expect((await survey({ kind: 'openshift' })).gaps).toMatchObject([
      { cause: 'the server has no ImageStream of image.openshift.io' },
    ]);
  });
});

describe('what a user has got wrong is refused before anything is asked', () => {
  const open = (settings: { kubeconfig: string; context?: string }) =>
    openKubernetesCluster({ kind: 'kubernetes', name: 'prod', ...settings });
  const invalid = (words: string) => ({
    code: 'CLUSTER_SETTINGS_INVALID',
    message: expect.stringMatching(new RegExp(`^opening the cluster prod: reading .*: ${words}$`)),
  });

  test('a kubeconfig that is not there, or none', async () => {
    const folder = makeTempFolder('kube');
    const none = join(folder, 'none');
    writeFileSync(none, '{token: secret-1234\n - [');

    await expect(open({ kubeconfig: join(folder, 'absent') })).rejects.toMatchObject(
      invalid('no such file or directory'),
    );
    await expect(open({ kubeconfig: none })).rejects.toMatchObject(invalid('it is no YAML \\(line \\d+\\)'));
    writeFileSync(none, '');
    await expect(open({ kubeconfig: none })).rejects.toMatchObject(invalid('it is no kubeconfig'));
    writeFileSync(none, '{"apiVersion":"v1","kind":"Config","clusters":[],"users":[],"contexts":[]}');
    await expect(open({ kubeconfig: none })).rejects.toMatchObject(invalid('it has no current context: name one'));
  });

  test('a context that the kubeconfig does not have', async () => {
    await start();

    await expect(open({ kubeconfig: server.kubeconfig, context: 'nowhere' })).rejects.toMatchObject(
      invalid('it has no context nowhere'),
    );
    expect(server.requests).toEqual([]);
  });
});

test('a stop ends the survey with its reason, in the midst of a list', async () => {
  await start();
  putPod('web-1');
  const stop = new AbortController();
  server.faults.push({ on: /\/pods/, before: () => stop.abort(new Error('stopped by the user')), delayMs: 20 });
  const cluster = await openKubernetesCluster({ kind: 'kubernetes', name: 'prod', kubeconfig: server.kubeconfig });
  const { sink, evidence } = collectEvidence();

  await expect(cluster.uses({ extractors: [] }).survey(sink, stop.signal)).rejects.toThrow('stopped by the user');
  expect(evidence.gaps).toEqual([]);
  await cluster.close();
});
