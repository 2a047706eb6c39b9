import { expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { removeLeftTags } from './left-tags.ts';

const digest: Digest = `sha256:${'1'.repeat(64)}`;
const manifest = { repository: 'app', digest, mediaType: 'application/json', bytes: Buffer.from('{}') };
const { signal } = new AbortController();

/** A registry that deletes the manifest and forgets its tags, as often as it is told to. */
function forgetful(times: number, tags: Map<string, Digest>) {
  const manifests = new Set<Digest>();
  const asked: string[] = [];
  const registry: Pick<Registry, 'tags' | 'resolve' | 'putManifest' | 'deleteManifest'> = {
    tags: async function* () {
      yield* [...tags.keys()];
    },
    resolve: async (_, tag) => {
      const at = tags.get(tag);
      return at !== undefined && manifests.has(at) ? { digest: at, mediaType: '', sizeBytes: 0 } : undefined;
    },
    putManifest: async (_, tag) => {
      asked.push(`put ${tag}`);
      tags.set(tag, digest);
      manifests.add(digest);
      return digest;
    },
    deleteManifest: async () => {
      asked.push('delete');
      manifests.delete(digest);
      if (asked.filter((one) => one === 'delete').length < times) return 'deleted';
      for (const [tag, at] of tags) if (at === digest) tags.delete(tag);
      return 'deleted';
    },
  };
  return { registry: registry as Registry, asked };
}

test('tags that the registry forgot to remove are removed by another deletion', async () => {
  const tags = new Map([
    ['v1', digest],
    ['other', `sha256:${'2'.repeat(64)}` as Digest],
  ]);
  const { registry, asked } = forgetful(2, tags);

  const present = await removeLeftTags(registry, manifest, ['v1', 'v2'], signal);

  expect(asked).toEqual(['put v1', 'delete', 'put v1', 'delete']);
  expect([...present]).toEqual(['other']);
});

test('a registry that never removes them is an error that names them', async () => {
  const { registry } = forgetful(99, new Map([['v1', digest]]));

  await expect(removeLeftTags(registry, manifest, ['v1'], signal)).rejects.toMatchObject({
    code: 'TAG_LEFT_BEHIND',
    message: `deleting app@${digest}: the manifest is gone, but the registry still lists v1`,
  });
});

test('nothing is pushed where all went as it should, or where a tag points elsewhere by now', async () => {
  const { registry, asked } = forgetful(1, new Map());

  expect([...(await removeLeftTags(registry, manifest, ['v1'], signal))]).toEqual([]);
  expect(asked).toEqual([]);
});
