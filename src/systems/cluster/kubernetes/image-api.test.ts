import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import {
  type KubeApiServer,
  type KubeApiServerOptions,
  startKubeApiServer,
} from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ImageApi, KubeObject } from '../contract.ts';
import { openKubernetesCluster } from './index.ts';

const signal = AbortSignal.timeout(60_000);
const quick = { attempts: 2, firstPauseMs: 1 };
const digestOf = (character: string) => `sha256:${character.repeat(64)}` as Digest;
const [A, B] = [digestOf('a'), digestOf('b')];

let server: KubeApiServer;

async function start(options: KubeApiServerOptions = { openshift: true }): Promise<void> {
  server = await startKubeApiServer(options);
}

async function open(kubeconfig = server.kubeconfig) {
  const cluster = await openKubernetesCluster({ kind: 'openshift', name: 'prod', kubeconfig }, quick);
  atEnd(() => cluster.close());
  return cluster;
}

async function api(kubeconfig?: string): Promise<ImageApi> {
  const found = await (await open(kubeconfig)).writableImageApi(signal);
  if (found === undefined) throw new Error('the test’s server has an image API');
  return found;
}

function putImage(digest: string, more: Readonly<Record<string, unknown>> = {}, metadata: object = {}) {
  return server.put({
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'Image', metadata: { name: digest, ...metadata } },
    ...{ dockerImageReference: `registry.svc:5000/shop/web@${digest}`, dockerImageLayers: [], ...more },
  });
}

function putStream(items: readonly string[], metadata: object = {}, status: object = {}) {
  const history = items.map((image) => ({ image, created: '2026-01-01T00:00:00Z' }));
  return server.put({
    ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', spec: {} },
    metadata: { namespace: 'shop', name: 'web', ...metadata },
    status: { tags: [{ tag: 'latest', items: history }], ...status },
  });
}

const managed = { annotations: { 'openshift.io/image.managed': 'true' } };

describe('the image API of an OpenShift', () => {
  beforeEach(() => start());

  test('tells its images, streams and limits, in chunks', async () => {
    for (let n = 0; n < 501; n += 1) putImage(`sha256:${String(n).padStart(64, '0')}`);
    putStream([A]);
    putImage(A);
    const { evidence, sink } = collectEvidence();
    const found = await api();
    await found.source().survey(sink, signal);

    const kinds = { 'image-object': 0, 'stream-item': 0, repository: 0 } as Record<string, number>;
    for (let id = 0; id < evidence.resources.size; id += 1) {
      const kind = evidence.resources.kind(id);
      if (evidence.exists(id)) kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    expect(kinds).toMatchObject({ 'image-object': 502, 'stream-item': 1, repository: 1 });
    expect(found.name).toBe(`openshift:${new URL(server.url).host}`);
    expect(evidence.gaps.filter(({ scope }) => scope === found.name)).toEqual([]);
    expect(server.requests.filter((line) => line.includes('/images?')).length).toBe(2);
  });

  test('sees what is tagged while it is read: streams come after images', async () => {
    putImage(A);
    putStream([]);
    server.faults.push({ on: /\/images\?/, before: () => void putStream([A]) });
    const { evidence, sink } = collectEvidence();

    await (await api()).source().survey(sink, signal);

    const keys = Array.from({ length: evidence.resources.size }, (_, id) => evidence.resources.at(id).key);
    expect(keys).toContain(`latest[0]@${A}`);
  });

  test.each(['limitranges', 'images', 'imagestreams'])('hides all of it when %s can’t be listed', async (resource) => {
    server.faults.push({ on: new RegExp(`/${resource}\\?`), status: 403, message: `${resource} is forbidden` });
    const { evidence, sink } = collectEvidence();
    const found = await api();

    await found.source().survey(sink, signal);

    const gap = {
      ...{ scope: found.name, source: found.name, cause: expect.stringContaining(`listing ${resource}`) },
      hint: expect.stringContaining(`resources: ["${resource}"], verbs: ["list"]}`),
    };
    expect(evidence.gaps).toEqual([
      { ...gap, hides: 'existence' },
      { ...gap, hides: 'references' },
    ]);
  });

  test('finds its registry by the newest managed image', async () => {
    putImage(A, {}, { ...managed, creationTimestamp: '2026-01-01T00:00:00Z' });
    putImage(
      B,
      { dockerImageReference: 'new.svc:5000/shop/web@sha256:b' },
      { ...managed, creationTimestamp: '2026-02-01T00:00:00Z' },
    );
    putImage(digestOf('c'), { dockerImageReference: 'quay.io/x/y' }, { creationTimestamp: '2026-03-01T00:00:00Z' });

    expect(await (await api()).registryHost(signal)).toBe('new.svc:5000');
    expect(server.requests.some((line) => line.includes('/imagestreams?'))).toBe(false);
  });

  test('finds it by the newest stream where no image is managed, or not at all', async () => {
    putImage(A);
    expect(await (await api()).registryHost(signal)).toBeUndefined();

    for (const [name, host, month] of [
      ['a', 'old.svc:5000', '01'],
      ['b', 'new.svc:5000', '03'],
      ['c', 'older.svc:5000', '02'],
    ])
      putStream(
        [],
        { name, creationTimestamp: `2026-${month}-01T00:00:00Z` },
        { dockerImageRepository: `${host}/shop/${name}` },
      );
    expect(await (await api()).registryHost(signal)).toBe('new.svc:5000');
  });
});

describe('a stream', () => {
  beforeEach(() => start());

  test('loses items from its status, and nothing of its spec', async () => {
    putStream([A, B]);
    const found = await api();
    const stream = (await found.stream('shop', 'web', signal)) as KubeObject;
    const status = { tags: [{ tag: 'latest', items: [{ image: A, created: '2026-01-01T00:00:00Z' }] }] };

    expect(await found.updateStreamStatus({ ...stream, spec: { tags: [] }, status }, signal)).toBe('updated');
    expect(server.find('ImageStream', 'shop', 'web')).toMatchObject({ spec: {}, status });
    expect(server.find('ImageStream', 'shop', 'web')?.['spec']).toEqual({});
  });

  test('that somebody else has changed meanwhile is not overwritten', async () => {
    putStream([A, B]);
    const found = await api();
    const stream = (await found.stream('shop', 'web', signal)) as KubeObject;
    putStream([A, B, digestOf('c')]);

    expect(await found.updateStreamStatus({ ...stream, status: { tags: [] } }, signal)).toBe('conflict');
    expect(server.find('ImageStream', 'shop', 'web')?.['status'].tags[0].items.length).toBe(3);
  });

  test('that is gone is absent', async () => {
    const stream = putStream([A]);
    server.remove('ImageStream', 'shop', 'web');
    const found = await api();

    expect(await found.stream('shop', 'web', signal)).toBeUndefined();
    expect(await found.updateStreamStatus(stream, signal)).toBe('absent');
  });

  test('whose version is not told is no conflict, but a failure', async () => {
    const { metadata, ...rest } = putStream([A]);
    const { resourceVersion, ...others } = metadata ?? {};
    const found = await api();

    await expect(found.updateStreamStatus({ ...rest, metadata: others }, signal)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining('must be specified for an update'),
    });
  });
});

describe('an image', () => {
  beforeEach(() => start());

  test('is deleted as it was seen, and made again', async () => {
    const { metadata } = putImage(A, { dockerImageManifest: '{}' }, managed);
    const found = await api();
    const before = (await found.image(A, signal)) as KubeObject;

    expect(await found.deleteImage(A, metadata?.resourceVersion, signal)).toBe('deleted');
    expect(await found.image(A, signal)).toBeUndefined();
    expect(await found.deleteImage(A, undefined, signal)).toBe('absent');
    expect(await found.createImage(before, signal)).toBe('created');
    expect(await found.createImage(before, signal)).toBe('exists');
    const { metadata: made, ...after } = (await found.image(A, signal)) as KubeObject;
    expect(after).toEqual({ ...before, metadata: undefined });
    expect(made).toMatchObject({ name: A, ...managed });
    expect(made?.uid).not.toBe(before.metadata?.uid);
  });

  test('that has changed since is not deleted', async () => {
    const { metadata } = putImage(A);
    putImage(A, { dockerImageManifest: 'new' });

    expect(await (await api()).deleteImage(A, metadata?.resourceVersion, signal)).toBe('conflict');
    expect(server.find('Image', undefined, A)).toBeDefined();
  });

  test('that may not be deleted says which rule is missing', async () => {
    putImage(A);
    const token = server.addUser('reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);

    await expect((await api(server.kubeconfigFor(token))).deleteImage(A, undefined, signal)).rejects.toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      message: expect.stringMatching(
        /^deleting image sha256:a+: DELETE https:.* 403 images.image.openshift.io "sha256:/,
      ),
      hint: expect.stringContaining('{apiGroups: ["image.openshift.io"], resources: ["images"], verbs: ["delete"]}'),
    });
  });

  test('is deleted at last where the server was overloaded at first', async () => {
    putImage(A);
    server.faults.push({ on: /^DELETE/, times: 1, status: 429, retryAfterSeconds: 0 });

    expect(await (await api()).deleteImage(A, undefined, signal)).toBe('deleted');
  });

  test('is not asked to go twice where nobody knows whether it went', async () => {
    putImage(A);
    server.faults.push({ on: /^DELETE/, hangUp: true });

    await expect((await api()).deleteImage(A, undefined, signal)).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    });
    expect(server.requests.filter((line) => line.startsWith('DELETE')).length).toBe(1);
  });
});

describe('whether there is an image API', () => {
  test('is told by what the cluster serves', async () => {
    await start({});
    const cluster = await open();

    expect(await cluster.imageApi(signal)).toBeUndefined();
    expect(await cluster.writableImageApi(signal)).toBeUndefined();
  });

  test.each([
    ['nobody answers for it', 'CLUSTER_FAILED', () => void server.staleGroups.add('image.openshift.io/v1')],
    ['nobody answers at all', 'CLUSTER_UNREACHABLE', () => server.stop()],
    ['the token has expired', 'CLUSTER_UNAUTHORIZED', () => void server.faults.push({ on: /./, status: 401 })],
  ])('can’t be told where %s', async (_, code, harm) => {
    await start({});
    const cluster = await open();
    await harm();

    await expect(cluster.imageApi(signal)).rejects.toMatchObject({ code });
  });
});
