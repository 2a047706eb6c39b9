import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mediaTypes } from '../../oci/media-type.ts';
import { digestOf } from './content-digest.ts';
import type { Registry } from './contract.ts';

const { signal } = new AbortController();
const ABSENT = digestOf(Buffer.from('nowhere'));

/**
 * What every registry does that can be written and deletes by digest. Each test has a repository of its own.
 *
 * @param open - opens an empty or used registry; called once
 */
export function registryContract(name: string, open: () => Promise<Registry>): void {
  describe(`${name} keeps the registry contract`, () => {
    let registry: Registry;
    let repository: string;
    let repositories = 0;
    beforeAll(async () => {
      registry = await open();
    });
    afterAll(() => registry.close());
    const fresh = () => {
      repositories += 1;
      repository = `contract/r${repositories}`;
      return repository;
    };
    const push = (reference: string, label: string) => pushImage(registry, repository, reference, label);

    test('it can be written, and deletes by digest', async () => {
      const can = await registry.capabilities(signal);
      expect(can).toMatchObject({ catalog: true, writable: true, deleteByDigest: true });
    });

    test('a pushed manifest comes back byte for byte, by tag and by digest', async () => {
      fresh();
      const pushed = await push('v1', 'a');
      for (const reference of ['v1', pushed.digest]) {
        const found = await registry.manifest(repository, reference, signal);
        expect(found?.digest).toBe(pushed.digest);
        expect(found?.mediaType).toBe(mediaTypes.ociManifest);
        expect(Buffer.from(found?.bytes ?? []).equals(pushed.bytes)).toBe(true);
        expect(found?.sizeBytes).toBe(pushed.bytes.length);
      }
    });

    test('a tag and a digest resolve to the same manifest, without its bytes', async () => {
      fresh();
      const pushed = await push('v1', 'a');
      const expected = { digest: pushed.digest, mediaType: mediaTypes.ociManifest, sizeBytes: pushed.bytes.length };
      expect(await registry.resolve(repository, 'v1', signal)).toEqual(expected);
      expect(await registry.resolve(repository, pushed.digest, signal)).toEqual(expected);
    });

    test('what is not there is undefined, in a repository and without one', async () => {
      fresh();
      await push('v1', 'a');
      for (const where of [repository, 'contract/none']) {
        expect(await registry.resolve(where, 'v2', signal)).toBeUndefined();
        expect(await registry.manifest(where, ABSENT, signal)).toBeUndefined();
        expect(await registry.blobSize(where, ABSENT, signal)).toBeUndefined();
        expect(await registry.blob(where, ABSENT, 100, signal)).toBeUndefined();
      }
    });

    test('an unknown repository has no tags', async () => {
      expect(await all(registry.tags('contract/none', signal))).toEqual([]);
    });

    test('repositories and tags are listed', async () => {
      fresh();
      await push('v1', 'a');
      await push('v2', 'a');
      await push('latest', 'b');
      expect([...(await all(registry.tags(repository, signal)))].sort()).toEqual(['latest', 'v1', 'v2']);
      expect(await all(registry.repositories(signal))).toContain(repository);
    });

    test('a tag that is pushed again points elsewhere', async () => {
      fresh();
      const first = await push('v1', 'a');
      const second = await push('v1', 'b');
      expect(second.digest).not.toBe(first.digest);
      expect((await registry.resolve(repository, 'v1', signal))?.digest).toBe(second.digest);
      expect(await registry.resolve(repository, first.digest, signal)).toBeDefined();
    });

    test('a blob is told by its size, and read up to a limit', async () => {
      fresh();
      const bytes = Buffer.from('a blob of a few bytes');
      const digest = await registry.putBlob(repository, bytes, signal);
      expect(digest).toBe(digestOf(bytes));
      expect(await registry.blobSize(repository, digest, signal)).toBe(bytes.length);
      expect(Buffer.from((await registry.blob(repository, digest, 100, signal)) ?? []).equals(bytes)).toBe(true);
      await expect(registry.blob(repository, digest, 5, signal)).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' });
    });

    test('a manifest is not pushed under a digest that is not its own', async () => {
      fresh();
      const { bytes, mediaType } = await push('v1', 'a');
      await expect(registry.putManifest(repository, ABSENT, { bytes, mediaType }, signal)).rejects.toMatchObject({
        code: 'REGISTRY_DIGEST_MISMATCH',
      });
    });

    test('deleting a digest removes all of its tags, and no other', async () => {
      fresh();
      const gone = await push('v1', 'a');
      await push('v2', 'a');
      await push('v3', 'b');
      expect(await registry.deleteManifest(repository, gone.digest, signal)).toBe('deleted');
      expect(await registry.resolve(repository, gone.digest, signal)).toBeUndefined();
      expect(await all(registry.tags(repository, signal))).toEqual(['v3']);
    });

    test('deleting what is not there says so', async () => {
      fresh();
      await push('v1', 'a');
      expect(await registry.deleteManifest(repository, ABSENT, signal)).toBe('absent');
      expect(await registry.deleteManifest('contract/none', ABSENT, signal)).toBe('absent');
    });

    test('a blob is taken away from one repository, and not from another', async () => {
      const here = fresh();
      const bytes = Buffer.from('a blob of two repositories');
      const digest = await registry.putBlob(here, bytes, signal);
      const there = fresh();
      await registry.putBlob(there, bytes, signal);
      expect(await registry.deleteBlob(here, digest, signal)).toBe('deleted');
      expect(await registry.blobSize(here, digest, signal)).toBeUndefined();
      expect(await registry.blobSize(there, digest, signal)).toBe(bytes.length);
      expect(await registry.deleteBlob(here, digest, signal)).toBe('absent');
      expect(await registry.deleteBlob('contract/none', digest, signal)).toBe('absent');
    });

    test('a registry that can be written is not in read-only mode', async () => {
      expect(await registry.isReadOnly(signal)).toBe(false);
    });

    test('deleting a tag removes it alone, or is not supported and removes nothing', async () => {
      fresh();
      await push('v1', 'a');
      await push('v2', 'a');
      const { deleteByTag } = await registry.capabilities(signal);
      if (deleteByTag) {
        expect(await registry.deleteTag(repository, 'v1', signal)).toBe('deleted');
        expect(await all(registry.tags(repository, signal))).toEqual(['v2']);
      } else {
        await expect(registry.deleteTag(repository, 'v1', signal)).rejects.toMatchObject({
          code: 'REGISTRY_UNSUPPORTED',
        });
        expect([...(await all(registry.tags(repository, signal)))].sort()).toEqual(['v1', 'v2']);
      }
    });

    test('what was deleted can be pushed again byte for byte, under the same digest', async () => {
      fresh();
      const lost = await push('v1', 'a');
      await registry.deleteManifest(repository, lost.digest, signal);
      expect(await registry.putManifest(repository, 'v1', lost, signal)).toBe(lost.digest);
      expect(Buffer.from((await registry.manifest(repository, 'v1', signal))?.bytes ?? []).equals(lost.bytes)).toBe(
        true,
      );
    });

    test('an aborted call ends with the reason', async () => {
      const reason = new Error('stopped by the test');
      const aborted = AbortSignal.abort(reason);
      await expect(registry.resolve('contract/none', 'v1', aborted)).rejects.toBe(reason);
      await expect(all(registry.tags('contract/none', aborted))).rejects.toBe(reason);
    });
  });
}

const LAYER = Buffer.from('the layer that all of them have');

function imageOf(label: string) {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { label } } }));
  const describe = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: describe(mediaTypes.ociConfig, config),
    layers: [describe(mediaTypes.ociLayer, LAYER)],
  };
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    mediaType: mediaTypes.ociManifest,
    bytes,
    digest: digestOf(bytes),
    config: { ...body.config, bytes: config },
  };
}

async function pushImage(registry: Registry, repository: string, reference: string, label: string) {
  const image = imageOf(label);
  await registry.putBlob(repository, image.config.bytes, signal);
  await registry.putBlob(repository, LAYER, signal);
  expect(await registry.putManifest(repository, reference, image, signal)).toBe(image.digest);
  return image;
}

async function all(names: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found;
}
