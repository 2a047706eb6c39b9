import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { openCluster, readImagePruner } from '../../src/systems/cluster/index.ts';
import { presets } from '../../src/systems/cluster/objects/extractors/presets.ts';
import { usageKinds } from '../../src/systems/cluster/objects/kinds.ts';
import { CodedError } from '../../src/util/pure/coded-error.ts';
import type { AccessRule } from '../support/kube-api-server/access.ts';
import type { ApiObject } from '../support/kube-api-server/api-object.ts';
import { type KubeApiServer, startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';

const A = `sha256:${'a'.repeat(64)}` as Digest;
const NEW = `sha256:${'b'.repeat(64)}` as Digest;

function objectsIn(file: string): readonly ApiObject[] {
  const documents = parseAllDocuments(readFileSync(`docs/rbac/${file}`, 'utf8'));
  return [...documents].map((document) => document.toJS() as ApiObject);
}

const rulesIn = (file: string, role: string): readonly AccessRule[] =>
  objectsIn(file).find(({ kind, metadata }) => kind === 'ClusterRole' && metadata?.name === role)?.['rules'] ?? [];

const PRUNE = rulesIn('prune.yaml', 'winnow-prune');
const PRUNE_IMAGES = rulesIn('prune-images.yaml', 'winnow-prune-images');
const UNDO_IMAGES = rulesIn('prune-images.yaml', 'winnow-undo-images');

/** Each group with each of its resources and verbs: `apps/replicasets list`. */
const singly = (rules: readonly AccessRule[]): readonly string[] =>
  rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`))),
  );

const rulesOf = (single: readonly string[]): readonly AccessRule[] =>
  single.map((one) => {
    const [, group = '', resource = '', verb = ''] = /^([^/]*)\/(\S+) (\S+)$/.exec(one) ?? [];
    return { apiGroups: [group], resources: [resource], verbs: [verb] };
  });

describe('docs/rbac/prune.yaml', () => {
  test('allows to list every kind that is read for uses, and nothing else', () => {
    const read = [...usageKinds, ...presets].map(({ group, resource }) => `${group}/${resource} list`);

    expect([...singly(PRUNE)].sort()).toEqual([...new Set(read)].sort());
  });

  test('binds what it allows to the account that it makes', async () => {
    const server = await startKubeApiServer({ openshift: true });
    for (const file of ['prune.yaml', 'prune-images.yaml']) for (const object of objectsIn(file)) server.put(object);
    const groups = ['system:authenticated'];
    const token = server.world.tokens.give({ name: 'system:serviceaccount:winnow:winnow', groups });

    expect(await refusedTo(server, token)).toEqual([]);
  });
});

describe('docs/rbac/prune-images.yaml', () => {
  test('names the one ImagePruner that is read, and no other', () => {
    const rule = PRUNE_IMAGES.find(({ resources }) => resources?.includes('imagepruners'));

    expect(rule?.resourceNames).toEqual(['cluster']);
  });

  /** Of `undo`, what pushes to the registry is no matter of the API. */
  const all = singly([...PRUNE_IMAGES, ...UNDO_IMAGES]).filter((one) => !one.includes('imagestreams/layers'));

  test('allows, with prune.yaml, all that is asked of the image API', async () => {
    const server = await startKubeApiServer({ openshift: true });
    const token = server.addUser('winnow', [...PRUNE, ...rulesOf(all)]);

    expect(await refusedTo(server, token)).toEqual([]);
  });

  test.each(all)('would not do without %s', async (one) => {
    const server = await startKubeApiServer({ openshift: true });
    const token = server.addUser('winnow', [...PRUNE, ...rulesOf(all.filter((other) => other !== one))]);

    const [, group = '', resource = '', verb = ''] = /^([^/]*)\/(\S+) (\S+)$/.exec(one) ?? [];
    const rule = `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`;
    expect(new Set(await refusedTo(server, token))).toEqual(new Set([expect.stringContaining(rule)]));
  });
});

/** Does all that is ever asked of a cluster. @returns hints of what was refused */
async function refusedTo(server: KubeApiServer, token: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(30_000);
  const kubeconfig = server.kubeconfigFor(token);
  const surroundings = { readSnapshot: async () => undefined, nowMs: () => 0 };
  const cluster = await openCluster({ kind: 'openshift', name: 'prod', kubeconfig }, surroundings);
  const image = { apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: { name: A } };
  const stream = server.put({
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata: { namespace: 'shop', name: 'web' } },
    status: { tags: [] },
  });
  server.put(image);
  server.put({
    ...{ apiVersion: 'imageregistry.operator.openshift.io/v1', kind: 'ImagePruner', metadata: { name: 'cluster' } },
    spec: {},
  });
  const { sink, evidence } = collectEvidence();
  await cluster.uses({ extractors: [] }).survey(sink, signal);
  const api = await cluster.writableImageApi(signal);
  if (api === undefined) throw new Error('the test’s cluster has an image API');
  await api.source().survey(sink, signal);
  const hints = evidence.gaps.filter(({ scope }) => !scope.includes('sha256:')).map(({ hint }) => hint ?? 'no hint');
  for (const work of [
    () => api.stream('shop', 'web', signal),
    () => api.updateStreamStatus(stream, signal),
    () => api.image(A, signal),
    () => api.createImage({ ...image, metadata: { name: NEW } }, signal),
    () => api.deleteImage(A, undefined, signal),
    () => readImagePruner({ kind: 'openshift', name: 'prod', kubeconfig }, signal),
  ])
    await work().catch((error: unknown) => {
      if (!(error instanceof CodedError) || error.code !== 'CLUSTER_FORBIDDEN') throw error;
      hints.push(error.hint ?? 'no hint');
    });
  await cluster.close();
  return hints;
}
