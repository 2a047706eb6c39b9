import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { freePort } from '../support/free-port.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { writeKubeconfig } from '../support/kube-api-server/kubeconfig.ts';
import { pushImage } from '../support/push-image.ts';
import { readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal('prune, with three clusters of which one can not be asked', ['docker-registry', 'openssl'], () => {
  let registry: DockerRegistry;
  let clusters: readonly KubeApiServer[];
  let before: ReadonlyMap<string, string>;

  const pod = (name: string, image: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', creationTimestamp: '2024-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'app', image }] },
    status: { phase: 'Running' },
  });

  beforeAll(async () => {
    [registry, ...clusters] = await Promise.all([
      startDockerRegistry(),
      startKubeApiServer(),
      startKubeApiServer(),
      startKubeApiServer(),
    ]);
    for (const [n, cluster] of clusters.entries()) {
      await pushImage(registry.url, 'team/app', { tag: `v${n}`, label: `in use by ${n}` });
      cluster.put(pod('web', `${registry.host}/team/app:v${n}`));
    }
    await pushImage(registry.url, 'team/app', { tag: 'unused', label: 'unused' });
    before = await readTags(registry.url);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([registry.stop(), ...clusters.map((one) => one.stop())]);
  });

  /** @param third - the kubeconfig of the third cluster */
  async function prune(third: string, ...args: readonly string[]) {
    const kubeconfigs = [...clusters.slice(0, 2).map(({ kubeconfig }) => kubeconfig), third];
    const result = await runCli(
      [
        ...[
          'prune',
          '--registry',
          registry.url,
          '--keep-matching',
          'nothing',
          '--min-age',
          '0s',
          '--untag-by-overwrite',
        ],
        ...kubeconfigs.flatMap((one, n) => ['--cluster', `kubernetes:${one}?name=cluster-${n}`]),
        ...args,
      ],
      { home: makeTempFolder('home'), timeoutMs: 120_000 },
    );
    return { ...result, said: `${result.stdout}\n${result.stderr}` };
  }

  const third = () => clusters[2] as KubeApiServer;

  test('all can be asked: only what none of them uses goes', async () => {
    const { code, stdout } = await prune(third().kubeconfig, '-o', 'json');
    const { actions, clusters: asked } = JSON.parse(stdout);
    expect(actions.map(({ tag }: { readonly tag?: string }) => tag).filter(Boolean)).toEqual(['unused']);
    expect(asked).toHaveLength(3);
    expect(code).toBe(0);
  });

  const cases: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    [
      'forbids a kind',
      () =>
        third().kubeconfigFor(
          third().addUser('half', [
            { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'replicationcontrollers'] },
          ]),
        ),
      /list[\s\S]*deployments/,
    ],
    [
      'takes the token for expired',
      () => {
        const token = third().addUser('gone', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
        third().revoke(token);
        return third().kubeconfigFor(token);
      },
      /401|log in|token/i,
    ],
    [
      'does not answer',
      async () => writeKubeconfig(`https://127.0.0.1:${await freePort()}`, third().ca, { token: 'x' }),
      /ECONNREFUSED|refused/,
    ],
  ];

  test.each(cases)(
    'the third %s: nothing is deleted, the command ends with 5 and tells what to do',
    async (_, kubeconfig, words) => {
      const { code, said } = await prune(await kubeconfig(), '--confirm');
      expect(await readTags(registry.url)).toEqual(before);
      expect(said).toMatch(words);
      expect(code).toBe(5);
    },
  );

  test('the third answers half of a list: nothing is deleted, and the command ends with 5', async () => {
    third().faults.push({ on: /^GET \/api\/v1\/pods/, cutAfterBytes: 60 });
    const { code } = await prune(third().kubeconfig, '--confirm').finally(() => third().faults.splice(0));
    expect(await readTags(registry.url)).toEqual(before);
    expect(code).toBe(5);
  });

  test('the third can not be asked any more while the plan is applied: all stays that it could use', async () => {
    const home = makeTempFolder('home');
    const planFile = `${home}/plan.jsonl`;
    await prune(third().kubeconfig, '--plan-out', planFile);
    third().faults.push({ on: /^GET \/api/, status: 403, reason: 'Forbidden', message: 'no more' });
    const { code } = await runCli(['apply', planFile, '--confirm'], { home, timeoutMs: 120_000 }).finally(() =>
      third().faults.splice(0),
    );
    expect(await readTags(registry.url)).toEqual(before);
    expect(code).toBe(5);
  });

  test('a pod that came after the plan keeps its image', async () => {
    const home = makeTempFolder('home');
    const planFile = `${home}/plan.jsonl`;
    await prune(third().kubeconfig, '--plan-out', planFile);
    third().put(pod('late', `${registry.host}/team/app:unused`));
    const { stdout } = await runCli(['apply', planFile, '--confirm', '-o', 'json'], { home, timeoutMs: 120_000 });
    third().remove('Pod', 'shop', 'late');
    expect(await readTags(registry.url)).toEqual(before);
    expect(stdout).toContain('in-use-again');
  });
});
