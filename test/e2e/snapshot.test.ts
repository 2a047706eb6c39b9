import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface Line {
  readonly cluster?: string;
  readonly kinds?: Readonly<Record<string, number>>;
  readonly gaps?: readonly { readonly cause: string }[];
  readonly uses?: readonly string[];
}

describe('winnow snapshot, of a cluster that is asked through its API', () => {
  let server: KubeApiServer;
  const home = makeTempFolder('home');
  const place = join(home, 'prod.ndjson');

  beforeAll(async () => {
    server = await startKubeApiServer();
    for (let n = 0; n < 30; n += 1)
      server.put({
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: `web-${n}` } },
        spec: { containers: [{ name: 'app', image: 'registry.example/web:v1' }] },
        status: { phase: 'Running' },
      });
    server.put({
      ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { namespace: 'jobs', name: 'nightly' } },
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'dump', image: 'registry.example/dump' }] } } },
        },
      },
    });
  });

  const take = (kubeconfig: string, ...more: readonly string[]) =>
    runCli(['snapshot', '--cluster', `kubernetes:${kubeconfig}?name=prod-eu`, '--to', place, ...more], { home });
  const lines = () =>
    readFileSync(place, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  test('has all that it uses, by name of the cluster', async () => {
    const { code, stdout, stderr } = await take(server.kubeconfig);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('31 (1 CronJob, 30 Pod)');
    expect(lines()[0]).toMatchObject({ cluster: 'prod-eu', kinds: { CronJob: 1, Pod: 30 }, gaps: [] });
    expect(new Set(lines().flatMap(({ uses = [] }) => uses))).toEqual(
      new Set(['registry.example/web:v1', 'registry.example/dump']),
    );
  });

  test('is left alone by an account that may not see all, which is told the rule to grant', async () => {
    await take(server.kubeconfig);
    const before = readFileSync(place, 'utf8');
    const token = server.addUser('half-blind', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);

    const refused = await take(server.kubeconfigFor(token));
    expect(refused.code).toBe(5);
    expect(refused.stdout).toMatch(/cronjobs/);
    expect(refused.stdout).toMatch(/batch/);
    expect(refused.stdout).toContain('--allow-gaps');
    expect(readFileSync(place, 'utf8')).toBe(before);

    expect((await take(server.kubeconfigFor(token), '--allow-gaps')).code).toBe(5);
    expect(
      lines()[0]
        ?.gaps?.map(({ cause }) => cause)
        .join(),
    ).toMatch(/cronjobs/);
  });

  test('is left alone when far fewer workloads are seen without a reason', async () => {
    await take(server.kubeconfig);
    const other = await startKubeApiServer();
    other.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name: 'web' },
      spec: { containers: [] },
    });

    const { code, stdout } = await take(other.kubeconfig);

    expect(code).toBe(4);
    expect(stdout).toContain('has 31 workloads, and this one');
    expect((await take(other.kubeconfig, '--allow-drop')).code).toBe(0);
  });

  test('is never written over what is something else', async () => {
    writeFileSync(place, 'apiVersion: v1\nkind: List\n');

    const { code, stderr } = await take(server.kubeconfig);

    expect(code).toBe(2);
    expect(stderr).toContain('SNAPSHOT_OTHER_CONTENT');
    expect(readFileSync(place, 'utf8')).toBe('apiVersion: v1\nkind: List\n');
  });
});
