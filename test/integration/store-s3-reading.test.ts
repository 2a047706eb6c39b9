import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CreateMultipartUploadCommand, type S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { beforeAll, expect, test } from 'vitest';
import { collectEvidence, type Evidence } from '../../src/evidence/evidence.ts';
import type { Source } from '../../src/evidence/sink.ts';
import { storeReadingContract } from '../../src/systems/store/contract.suite.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { openDistributionS3 } from '../../src/systems/store/distribution-s3/index.ts';
import { describeReal } from '../support/requirements.ts';
import { type Eyes, makeBucket, uploadFolder } from '../support/s3-eyes.ts';
import { type BuiltStore, buildStore, image, type StoreWorld, surveyInWords } from '../support/store-world/index.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
let swift: Swift;
let eyes: Eyes;
let stores = 0;

describeReal('a store that is read in an S3-compatible bucket', SWIFT_PROGRAMS, () => {
  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
    eyes = await makeBucket(swift, 'registry', false);
  });

  storeReadingContract('Distribution in a bucket', open);

  test('remembers manifests between surveys, and does not believe a damaged index', async () => {
    const { store, built } = await open({
      manifests: { A: image(['x']) },
      repositories: { app: { tags: { v1: 'A' } } },
    });
    const indexDir = makeTempFolder('index');
    const first = (await surveyInWords(store.source({ indexDir }), store.name, built)).edges;
    await eyes.put(`${prefixOf(store)}/${relativeTo(built, built.data('A'))}`, 'damaged meanwhile');

    const second = await surveyInWords(store.source({ indexDir }), store.name, built);
    expect(second.edges).toEqual(first);
    expect(second.gaps).toEqual([]);

    const file = `${indexDir}/${readdirSync(indexDir)[0]}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('layer', 'child'));
    const again = await survey(store.source({ indexDir }));
    expect(again.evidence.gaps.map(({ cause }) => cause)).toEqual([
      expect.stringContaining('its bytes are not those of its digest'),
    ]);
  });

  test('states leftovers: uploads with their parts, links that lead nowhere, and history', async () => {
    const { store, built } = await open(
      {
        manifests: { A: image(['x']), B: image(['y']) },
        repositories: {
          app: {
            tags: { v1: ['A', 'B'] },
            deleted: ['A'],
            layers: ['m'],
            uploads: { u1: { startedAtMs: 1_700_000_000_000, sizeBytes: 7 } },
          },
        },
        missing: ['m'],
      },
      (made) => made.write(made.layerLink('app', 'y'), ''),
    );
    const root = `${prefixOf(store)}/docker/registry/v2`;
    await startParts(eyes.client, `${root}/repositories/app/_uploads/u2/data`, 'sent so far');
    await startParts(eyes.client, `${root}/blobs/sha256/aa/${'a'.repeat(64)}/data`, 'moved so far');
    await eyes.put(`${root}/repositories/ghost/_manifests/`, '');

    const { evidence } = await survey(store.leftovers());

    const found = all(evidence).map(({ kind, scope, key, sizeBytes }) => {
      const name = key
        .replace(/sha256:[0-9a-f]{64}/, (digest) => built.nameOf(digest))
        .replace(/uploadId=.*/, 'uploadId=…');
      return `${kind} ${scope.slice(store.name.length)} ${name} ${sizeBytes}`;
    });
    expect(found.sort()).toEqual([
      'layer-link /app m 71',
      'layer-link /app y 0',
      'repository  ghost 0',
      'tag-history-link /app v1@A 71',
      `temporary-file  blobs/sha256/aa/${'a'.repeat(64)}/data?uploadId=… 12`,
      expect.stringMatching(/^upload \/app u1 /),
      'upload /app u2 11',
    ]);
  });

  test('removes leftovers unless they are newer, and puts back what can come back', async () => {
    const { store, built } = await open({
      manifests: { A: image(['x']), B: image(['y']) },
      repositories: {
        app: { tags: { v1: 'B', old: ['A', 'B'] }, untagged: ['A'], layers: ['m'], uploads: { u1: {} } },
      },
      missing: ['m'],
    });
    const scope = `${store.name}/app`;
    const before = await eyes.keys(`${prefixOf(store)}/`);
    const [manifest, layer, upload] = [
      { kind: 'manifest', scope, key: built.digest('A') },
      { kind: 'layer-link', scope, key: built.digest('m') },
      { kind: 'upload', scope, key: 'u1' },
    ] as const;
    await startParts(eyes.client, `${prefixOf(store)}/docker/registry/v2/repositories/app/_uploads/u1/data`, 'sent');
    const nowMs = Date.now() + 5000;

    expect(await store.remove(upload, built.atMs)).toBe('changed');
    const saved = JSON.parse(JSON.stringify([await store.save(manifest), await store.save(layer)]));
    expect(await store.save(upload)).toBeUndefined();
    expect(await store.remove({ ...manifest, key: built.digest('B') }, nowMs)).toBe('changed');
    for (const target of [manifest, layer, upload]) {
      expect(await store.remove(target, target === upload ? nowMs : built.atMs)).toBe('done');
      expect(await store.remove(target, nowMs)).toBe('absent');
    }

    expect(await store.putBack(manifest, saved[0])).toBe('done');
    expect(await store.putBack(layer, saved[1])).toBe('done');
    const after = await eyes.keys(`${prefixOf(store)}/`);
    expect(after).toEqual(before.filter((key) => !key.includes('/_uploads/')));
  });

  test('is found by what lies there, and nothing else is taken for it', async () => {
    await eyes.put('photos/2026/one.jpg', '');
    await eyes.put('zot/team/app/index.json', '{}');
    await eyes.put('zot/team/app/oci-layout', '{}');
    await eyes.put(`quay/datastorage/registry/sha256/ab/${'ab'.repeat(32)}`, '');
    await eyes.put('gitlab/docker/registry/lockfiles/database-in-use', '');
    await eyes.put('gitlab/docker/registry/v2/repositories/app/_layers/sha256/x', '');
    const at = (prefix: string, bucket = eyes.bucket) =>
      openDistributionS3({ kind: 'distribution-s3', bucket, prefix, endpoint: swift.url });

    await expect(at('nothing')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(at('', 'no-such-bucket')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(at('photos')).rejects.toMatchObject({
      code: 'STORE_NOT_THIS_KIND',
      message: expect.stringContaining('but 2026/'),
    });
    for (const [prefix, owner, advice] of [
      ['zot', 'zot', 'zot’s own collection'],
      ['quay', 'Quay', 'through Quay'],
      ['gitlab', 'GitLab with the metadata database', 'cleanup policy in GitLab'],
    ] as const)
      await expect(at(prefix)).rejects.toMatchObject({
        code: 'STORE_NOT_THIS_KIND',
        message: expect.stringContaining(`it is the storage of ${owner}, `),
        hint: expect.stringContaining(advice),
      });
  });
});

async function open(
  world: StoreWorld,
  change: (built: BuiltStore) => void = () => undefined,
): Promise<{ readonly store: Store; readonly built: BuiltStore }> {
  stores += 1;
  const folder = makeTempFolder('store');
  const built = buildStore(folder, world);
  change(built);
  await uploadFolder(swift, eyes.bucket, folder, `store-${stores}/`);
  rmSync(folder, { recursive: true });
  const prefix = `store-${stores}`;
  const store = await openDistributionS3({ kind: 'distribution-s3', bucket: eyes.bucket, prefix, endpoint: swift.url });
  return { store, built };
}

function prefixOf(store: Store): string {
  return store.name.slice(store.name.lastIndexOf('/') + 1);
}

function relativeTo(built: BuiltStore, path: string): string {
  return path.slice(built.folder.length + 1);
}

async function startParts(client: S3Client, key: string, content: string): Promise<void> {
  const target = { Bucket: eyes.bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: content }));
}

async function survey(source: Source): Promise<{ readonly evidence: Evidence }> {
  const collection = collectEvidence();
  await source.survey(collection.sink, never);
  return collection;
}

function all(evidence: Evidence) {
  return Array.from({ length: evidence.resources.size }, (_, id) => id)
    .filter((id) => evidence.exists(id))
    .map((id) => ({ ...evidence.resources.at(id), ...evidence.about(id) }));
}
