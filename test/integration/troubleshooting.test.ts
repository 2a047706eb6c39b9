import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';
import { notPrinted, type PrintedBlock, type PrintedWorld, printedBlocks } from '../support/printed-blocks.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { datedTag } from '../support/trouble-worlds.ts';

/** Blocks of docs/troubleshooting.md for which servers are needed; the others: test/docs/troubleshooting.test.ts. */
const blocks = printedBlocks('docs/troubleshooting.md');

async function expectPrinted(name: string, world: PrintedWorld): Promise<void> {
  expect(await notPrinted(blocks.get(name) as PrintedBlock, world)).toBe(undefined);
}

describeReal('docs/troubleshooting.md shows what is printed', ['docker-registry', 'openssl'], () => {
  let cwd: string;
  let api: KubeApiServer;
  let registry: Awaited<ReturnType<typeof startDockerRegistry>>;
  let secure: Awaited<ReturnType<typeof startDockerRegistry>>;
  beforeAll(async () => {
    cwd = makeTempFolder('trouble');
    api = await startKubeApiServer({ openshift: true });
    for (const object of datedTag(Date.now()).objects) api.put(object as Parameters<KubeApiServer['put']>[0]);
    copyFileSync(api.kubeconfig, join(cwd, 'kubeconfig'));
    registry = await startDockerRegistry({ folder: join(cwd, 'storage') });
    await pushImage(registry.url, 'limepoint/base', { tag: '1.0' });
    secure = await startDockerRegistry({ tls: await makeCertificates() });
  });

  test('where HTTPS is spoken to a registry without it', async () => {
    await expectPrinted('images-https-to-http', { cwd, names: { 'registry.example:5000': registry.host } });
  });

  test('where plain HTTP is spoken to a registry with TLS', async () => {
    await expectPrinted('images-http-to-https', { cwd, names: { 'secure.example:5000': secure.host } });
  });

  test('where the authority is another one', async () => {
    copyFileSync((await makeCertificates()).caFile, join(cwd, 'other.crt'));

    await expectPrinted('images-wrong-authority', { cwd, names: { 'secure.example:5000': secure.host } });
  });

  test('where the account may not list Deployments', async () => {
    const token = api.addUser('pruner', rulesWithout('deployments'));
    copyFileSync(api.kubeconfigFor(token), join(cwd, 'pruner.kubeconfig'));

    await expectPrinted('missing-role', { cwd });
  });

  test('where the registry is not in read-only mode', async () => {
    await expectPrinted('not-read-only', { cwd, names: { 'registry.example:5000': registry.host } });
  });

  test('where the registry was left in read-only mode', async () => {
    const readOnly = await startDockerRegistry({ readOnly: true });

    await expectPrinted('left-read-only', { cwd, names: { 'readonly.example:5000': readOnly.host } });
  });

  test('where a seed image is asked about', async () => {
    writeFileSync(join(cwd, 'records.csv'), 'repository,tag,status\nlimepoint/base,1.0,inactive\n');

    await expectPrinted('seed-image', { cwd, names: { 'registry.example:5000': registry.host } });
  });
});

/** All that a pruner looks at, but for one kind. */
function rulesWithout(kind: string) {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    '': ['pods', 'replicationcontrollers', 'limitranges', 'podtemplates', 'namespaces', 'secrets', 'configmaps'],
    apps: ['deployments', 'daemonsets', 'statefulsets', 'replicasets', 'controllerrevisions'],
    batch: ['jobs', 'cronjobs'],
    'apps.openshift.io': ['deploymentconfigs'],
    'build.openshift.io': ['builds', 'buildconfigs'],
    'image.openshift.io': ['images', 'imagestreams'],
  };
  return Object.entries(kinds).map(([group, resources]) => ({
    apiGroups: [group],
    resources: resources.filter((one) => one !== kind),
    verbs: ['get', 'list', 'watch'],
  }));
}
