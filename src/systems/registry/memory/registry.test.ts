import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { registryContract } from '../contract.suite.ts';
import { damage, putImage, putIndex, putReferrer } from './build.ts';
import { createMemoryRegistry } from './registry.ts';

const { signal } = new AbortController();

registryContract('a registry in memory', async () => createMemoryRegistry());
registryContract('a registry in memory that deletes by digest only', async () =>
  createMemoryRegistry({ capabilities: { deleteByTag: false } }),
);

describe('the script of a registry in memory', () => {
  test('fails the n-th call that fits, and no other', async () => {
    const registry = createMemoryRegistry();
    putImage(registry.world, 'a', { tags: ['v1'] });
    registry.script.fail('resolve', new CodedError('REGISTRY_UNAVAILABLE', 'no'), {
      nth: 2,
      when: (_, tag) => tag === 'v1',
    });
    expect(await registry.resolve('a', 'v1', signal)).toBeDefined();
    expect(await registry.resolve('a', 'v2', signal)).toBeUndefined();
    await expect(registry.resolve('a', 'v1', signal)).rejects.toThrow('no');
    expect(await registry.resolve('a', 'v1', signal)).toBeDefined();
    expect(registry.script.count('resolve')).toBe(4);
  });

  test('breaks a list off in the middle', async () => {
    const registry = createMemoryRegistry();
    for (const name of ['a', 'b', 'c']) putImage(registry.world, name);
    registry.script.fail('repositories', new Error('cut'), { afterEntries: 2 });
    const seen: string[] = [];
    const walk = async () => {
      for await (const name of registry.repositories(signal)) seen.push(name);
    };
    await expect(walk()).rejects.toThrow('cut');
    expect(seen).toEqual(['a', 'b']);
  });

  test('hangs until aborted', async () => {
    const registry = createMemoryRegistry();
    registry.script.hang('manifest');
    const stop = new AbortController();
    const call = registry.manifest('a', 'v1', stop.signal);
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test('changes the world between two calls', async () => {
    const registry = createMemoryRegistry();
    putImage(registry.world, 'a', { tags: ['v1'] });
    registry.script.before('resolve', (repository, tag) => {
      registry.world.repository(repository ?? '').tags.delete(tag ?? '');
    });
    expect(await registry.resolve('a', 'v1', signal)).toBeUndefined();
  });
});

describe('a registry in memory', () => {
  test('tells the referrers of a manifest', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    const sbom = putReferrer(registry.world, 'a', image);
    const found = await registry.referrers('a', image.digest, signal);
    expect(found.map(({ digest }) => digest)).toEqual([sbom.digest]);
  });

  test('refuses a manifest that names what is not there', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a');
    const index = putIndex(registry.world, 'a', [image]);
    await expect(registry.putManifest('b', 'v1', index, signal)).rejects.toThrow('MANIFEST_BLOB_UNKNOWN');
  });

  test('notices damaged content', async () => {
    const registry = createMemoryRegistry();
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    damage(registry.world, 'a', image.digest);
    await expect(registry.manifest('a', 'v1', signal)).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });

  test('in read-only mode refuses every write', async () => {
    const registry = createMemoryRegistry({ capabilities: { writable: false } });
    const image = putImage(registry.world, 'a', { tags: ['v1'] });
    const readOnly = { code: 'REGISTRY_READ_ONLY' };
    await expect(registry.deleteTag('a', 'v1', signal)).rejects.toMatchObject(readOnly);
    await expect(registry.deleteManifest('a', image.digest, signal)).rejects.toMatchObject(readOnly);
    await expect(registry.putManifest('a', 'v2', image, signal)).rejects.toMatchObject(readOnly);
    await expect(registry.putBlob('a', Buffer.from('x'), signal)).rejects.toMatchObject(readOnly);
  });
});
