import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { bundle } from '../support/run-typescript.ts';

const KIB_A_POD = 8;

/** Pods as large as those of a service mesh, with annotations that nobody reads. */
function putPods(server: KubeApiServer, count: number): void {
  const filling = 'x'.repeat(KIB_A_POD * 1024);
  for (let n = 0; n < count; n += 1)
    server.put({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: `web-${n}`, annotations: { filling } } },
      ...{ spec: { containers: [{ name: 'app', image: `registry.example/web:${n}` }] }, status: { phase: 'Running' } },
    });
}

test('20,000 pods are read in chunks: what they take in all is never in memory', async () => {
  const program = await bundle('test/support/children/survey-cluster.ts');
  const server = await startKubeApiServer();
  const survey = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, server.kubeconfig], { timeout: 300_000 });
    return JSON.parse(stdout) as { workloads: number; references: number; gaps: number; maxRssKiB: number };
  };
  putPods(server, 500);
  const one = await survey();
  putPods(server, 20_000);
  const all = await survey();

  expect(one).toMatchObject({ workloads: 500, references: 500, gaps: 0 });
  expect(all).toMatchObject({ workloads: 20_000, references: 20_000, gaps: 0 });
  expect(server.requests.filter((line) => line.includes('/pods?')).length).toBe(1 + 40);
  // In all 160 MiB of JSON. What garbage waits for the collector differs from run to run.
  expect(all.maxRssKiB - one.maxRssKiB).toBeLessThan(20_000 * KIB_A_POD * 0.6);
  expect(all.maxRssKiB).toBeLessThan(400 * 1024);
});
