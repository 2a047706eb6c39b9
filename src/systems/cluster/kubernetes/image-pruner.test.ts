import { beforeEach, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { readImagePruner } from './image-pruner.ts';

const signal = AbortSignal.timeout(60_000);
const quick = { attempts: 2, firstPauseMs: 1 };
const GROUP = 'imageregistry.operator.openshift.io';
const PATH = `/apis/${GROUP}/v1/imagepruners/cluster`;

let server: KubeApiServer;

beforeEach(async () => {
  server = await startKubeApiServer({ openshift: true });
});

const read = (kubeconfig = server.kubeconfig) =>
  readImagePruner({ kind: 'openshift', name: 'prod', kubeconfig }, signal, quick);
const put = (spec: object) =>
  server.put({ apiVersion: `${GROUP}/v1`, kind: 'ImagePruner', metadata: { name: 'cluster' }, spec });

test('the ImagePruner of a cluster is read, with one request', async () => {
  put({ keepTagRevisions: 4, suspend: false });

  expect(await read()).toMatchObject({ kind: 'ImagePruner', spec: { keepTagRevisions: 4, suspend: false } });
  expect(server.requests).toEqual([`GET ${PATH}`]);
});

test.each([
  ['an OpenShift that has none', () => undefined],
  ['a cluster that is no OpenShift', () => server.withdraw(GROUP)],
])('of %s it is said so, with a next step', async (_, harm) => {
  harm();

  await expect(read()).rejects.toMatchObject({
    code: 'CLUSTER_NO_IMAGE_PRUNER',
    message: expect.stringContaining(`reading the ImagePruner of the cluster prod: GET ${server.url}${PATH}: 404`),
    hint: expect.stringContaining('--image-pruner'),
  });
});

test('who may not read it is told which rule is missing', async () => {
  put({});
  const token = server.addUser('winnow', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);

  await expect(read(server.kubeconfigFor(token))).rejects.toMatchObject({
    code: 'CLUSTER_FORBIDDEN',
    message: expect.stringContaining('403 imagepruners'),
    hint: `grant {apiGroups: ["${GROUP}"], resources: ["imagepruners"], verbs: ["get"]} to the user whom the message names`,
  });
});

test('a rule about the one object by its name is enough', async () => {
  put({ keepTagRevisions: 2 });
  const rule = { apiGroups: [GROUP], resources: ['imagepruners'], verbs: ['get'], resourceNames: ['cluster'] };

  expect(await read(server.kubeconfigFor(server.addUser('winnow', [rule])))).toMatchObject({
    spec: { keepTagRevisions: 2 },
  });
});

test.each([
  ['nobody answers', 'CLUSTER_UNREACHABLE', () => server.stop()],
  ['the token is good no longer', 'CLUSTER_UNAUTHORIZED', () => void server.faults.push({ on: /./, status: 401 })],
])('where %s, that is told', async (_, code, harm) => {
  await harm();

  await expect(read()).rejects.toMatchObject({ code });
});

test('a kubeconfig that is not there is a mistake in the settings', async () => {
  await expect(read('/nowhere/kubeconfig')).rejects.toMatchObject({ code: 'CLUSTER_SETTINGS_INVALID' });
});
