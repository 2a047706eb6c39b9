import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { image, objectOf, render, workload } from '../chart/charts.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { freePort } from '../support/free-port.ts';
import type { Values } from '../support/helm-template.ts';
import { pushImage } from '../support/push-image.ts';
import { readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const pruneSettings = {
  registry: { url: 'registry.example:5000' },
  clusters: ['manifests:/var/lib/winnow'],
  prune: { policies: [{ name: 'all', repositories: ['**'], keepYoungerThan: '30d' }] },
};

/** Where pods have what the chart mounts, and where it is here. */
function onThisMachine() {
  const folder = makeTempFolder('chart');
  const here = {
    '/etc/winnow': join(folder, 'etc'),
    '/var/lib/winnow': join(folder, 'state'),
    '/run/secrets': join(folder, 'secrets'),
  };
  for (const path of Object.values(here)) mkdirSync(path, { recursive: true });
  const translate = (text: string) =>
    Object.entries(here).reduce((result, [inPod, path]) => result.replaceAll(inPod, path), text);
  return { folder, translate };
}

/** Puts the settings of a ConfigMap where the pod would have them. @returns the arguments of its pod */
function prepared(values: Values, name: string, translate: (text: string) => string): readonly string[] {
  const rendered = render({ ...image, ...values });
  const { data } = objectOf<{ readonly data: Readonly<Record<string, string>> }>(rendered, 'ConfigMap', name);
  for (const [file, text] of Object.entries(data)) writeFileSync(translate(`/etc/winnow/${file}`), translate(text));
  return workload(rendered, name).pod.containers[0].args.map(translate);
}

describe('the service of the chart', () => {
  test('starts with the settings that the chart writes, and answers its probes', async () => {
    const { translate } = onThisMachine();
    const port = await freePort();
    const settings = { serve: { listen: `127.0.0.1:${port}` } };
    const values = {
      prune: { enabled: true, settings: pruneSettings },
      service: { enabled: true, basePath: '/winnow', settings },
    };
    const rendered = render({ ...image, ...values });
    const [container] = workload(rendered, 'winnow-service').pod.containers;
    const service = spawnCli(prepared(values, 'winnow-service', translate));
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
      (name) => (container[name] as { readonly httpGet: { readonly path: string } }).httpGet.path,
    );

    await expect.poll(() => ask('/healthz').catch(() => undefined), { timeout: 30_000 }).toMatchObject({ status: 200 });
    for (const path of probes) expect(await ask(path)).toMatchObject({ status: 200 });
    expect(await ask('/metrics')).toMatchObject({
      text: expect.stringContaining('winnow_schedule_next_run_timestamp_seconds{schedule="prune"}'),
    });
    service.kill('SIGTERM');
    expect((await service.exited).code, service.stderr()).toBe(0);
  });
});

describeReal('jobs of the chart, on a real registry', ['docker-registry'], () => {
  test('reconcile shows what would go, and with `confirm` removes just that', async () => {
    const registry = await startDockerRegistry();
    for (const [repository, tag] of [
      ['ci/app', 'c1'],
      ['ci/app', 'c2'],
      ['base/os', 'v1'],
    ] as const)
      await pushImage(registry.url, repository, { tag, layers: [`${repository}:${tag}`] });
    const place = onThisMachine();
    const records = [
      { repository: 'ci/app', tag: 'c1', status: 'closed' },
      { repository: 'ci/app', tag: 'c2', status: 'open' },
    ];
    writeFileSync(place.translate('/run/secrets/records.json'), JSON.stringify(records));
    const values = (confirm: boolean) => ({
      confirm,
      db: { cnpg: { clusterName: 'prod-eu' } },
      registryReconcile: {
        enabled: true,
        settings: {
          registry: { url: registry.url },
          records: ['file:/run/secrets/records.json'],
          reconcile: { classes: [{ name: 'ci', kind: 'transient', repositories: ['ci/*'] }] },
          events: [{ to: 'stdout' }],
        },
      },
    });

    const dry = await runCli(prepared(values(false), 'winnow-reconcile', place.translate));
    const before = await readTags(registry.url);
    const done = await runCli(prepared(values(true), 'winnow-reconcile', place.translate));

    expect(dry, dry.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('DRY RUN') });
    expect([...before.keys()].sort()).toEqual(['base/os:v1', 'ci/app:c1', 'ci/app:c2']);
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('"cluster_name":"prod-eu"') });
    expect([...(await readTags(registry.url)).keys()].sort()).toEqual(['base/os:v1', 'ci/app:c2']);
  });

  test('hard-prune looks at the volume that the chart mounts', async () => {
    const folder = makeTempFolder('registry');
    const registry = await startDockerRegistry({ folder });
    await pushImage(registry.url, 'app', { tag: 'v1' });
    const values = {
      hardPrune: {
        enabled: true,
        volume: { existingClaim: 'registry', mountPath: folder },
        settings: { events: [{ to: 'stdout' }] },
      },
    };

    const { code, stdout, stderr } = await runCli(prepared(values, 'winnow-hard-prune', onThisMachine().translate));

    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`"store":"distribution-fs:${folder}"`);
    expect(stdout).toContain('Would delete 0 blobs');
  });
});
