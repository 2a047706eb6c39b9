import { expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { Digest } from '../../oci/digest.ts';
import {
  type RegistryServerOptions,
  type SeenRequest,
  startRegistryServer,
} from '../registry-server/start-registry-server.ts';
import { describeBulk } from './bulk.ts';
import { describeWorld } from './describe-world.ts';
import { pushWorld } from './push-world.ts';

const now = new Date('2026-11-20T12:00:00Z');

async function start(options: Partial<RegistryServerOptions> = {}) {
  const server = await startRegistryServer({ folder: makeTempFolder('demo'), ...options });
  atEnd(() => server.close());
  return server.url;
}

test('pushes all that a world has: every tag stands for its digest, and every referrer is found', async () => {
  const whole = describeWorld({ seed: 'demo', now });
  // A nested index, a moved tag, a sha512 layer, a fallback tag, an opaque manifest and an untagged referrer are among these.
  const names = ['limepoint/opschain-runner', 'agents/database', 'agents/terraform', 'sandbox/experiments'];
  const world = { ...whole, repositories: whole.repositories.filter(({ name }) => names.includes(name)) };
  const url = await start();

  const pushed = await pushWorld(url, { world });

  expect(pushed).toMatchObject({ tags: world.repositories.flatMap(({ tags }) => tags).length, refused: [] });
  for (const { name, tags, manifests } of world.repositories) {
    for (const tag of tags) {
      const head = await fetch(`${url}/v2/${name}/manifests/${tag.name}`, { method: 'HEAD' });
      expect([name, tag.name, head.headers.get('docker-content-digest')]).toEqual([name, tag.name, tag.digest]);
    }
    for (const { digest, subject } of manifests.filter((one) => one.subject !== undefined)) {
      const listed = (await (await fetch(`${url}/v2/${name}/referrers/${subject}`)).json()) as { manifests: object[] };
      expect(listed.manifests).toMatchObject([{ digest }]);
    }
  }
});

test('sends a blob once and mounts it elsewhere, with a password where one is asked for', async () => {
  const seen: SeenRequest[] = [];
  const credentials = { username: 'ann', password: 's3cret' };
  const url = await start({ credentials, onRequest: (request) => seen.push(request) });
  const world = describeBulk({ seed: 'bulk', now, repositories: 3, tagsPerRepository: 4 });

  const pushed = await pushWorld(url, { world, credentials, concurrency: 2 });

  expect(pushed).toEqual({ tags: 12, uploadedBlobs: world.blobs.size, mountedBlobs: 2, refused: [] });
  const finished = seen.filter(({ method, path }) => method === 'PUT' && path.includes('/blobs/uploads/'));
  expect(finished).toHaveLength(world.blobs.size);
  expect(seen.filter(({ path }) => path.includes('mount='))).toHaveLength(2);
});

test('fails with what the registry said, and begins nothing more', async () => {
  const seen: SeenRequest[] = [];
  const url = await start({ onRequest: (request) => seen.push(request) });
  const good = describeBulk({ seed: 'bulk', now, repositories: 10, tagsPerRepository: 20 });
  const [first] = good.blobs.keys();
  const world = { ...good, blobs: new Map([...good.blobs, [first as Digest, Buffer.from('torn')]]) };

  const pushing = pushWorld(url, { world, concurrency: 2 });

  await expect(pushing).rejects.toMatchObject({
    code: 'DEMO_PUSH_FAILED',
    message: expect.stringMatching(/PUT \/v2\/.*: 400 .*DIGEST_INVALID/),
  });
  expect(seen.length).toBeLessThan(12);
});

test('fails where nobody listens, and stops when it is told to', async () => {
  const world = describeBulk({ seed: 'bulk', now, repositories: 1, tagsPerRepository: 1 });

  await expect(pushWorld('http://127.0.0.1:9', { world })).rejects.toMatchObject({ code: 'DEMO_PUSH_FAILED' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(pushWorld(await start(), { world, signal })).rejects.toThrow('enough');
});
