import { expect, test } from 'vitest';
import { diskStore } from '../../test/support/disk-store.ts';
import { image, type StoreWorld } from '../../test/support/store-world/index.ts';
import type { Digest } from '../oci/digest.ts';
import { fsckStore } from './fsck.ts';
import type { VerifyInput, VerifyPoint } from './verify-contents.ts';

const never = new AbortController().signal;

const world: StoreWorld = {
  manifests: { A: image(['x', 'y']), B: image(['x']) },
  repositories: { app: { tags: { v1: 'A' } }, other: { tags: { v1: 'B' } } },
  orphans: ['o'],
};

const options: NonNullable<Parameters<typeof fsckStore>[0]['verify']> = {
  from: undefined,
  bytesPerSecond: undefined,
  nowMs: () => 0,
  wait: async () => undefined,
  onPoint: () => undefined,
};

async function verified(change: Partial<VerifyInput> = {}, harmed: readonly string[] = []) {
  const { store, built } = await diskStore(world);
  for (const name of harmed) built.write(built.data(name), `not ${name}`);
  const found = await fsckStore({ store, survey: {}, nowMs: Date.now, verify: { ...options, ...change } }, never);
  return { ...found, built };
}

test('all contents are hashed, what nobody needs as well', async () => {
  const { counts, damage } = await verified();

  expect(damage).toEqual([]);
  expect(counts.verifiedBlobs).toBe(counts.blobs);
});

test('wrong content is broken in each repository that needs it, and a warning where nobody does', async () => {
  const { damage, built } = await verified({}, ['x', 'o']);

  expect(damage.map(({ kind, repository, what, tags }) => [kind, repository, built.nameOf(what), tags])).toEqual([
    ['wrong-content', 'app', 'x', ['v1']],
    ['wrong-content', 'other', 'x', ['v1']],
    ['wrong-content-unneeded', '', 'o', []],
  ]);
  expect(damage[0]?.neededBy).toEqual([built.digest('A')]);
  expect(damage[0]?.cause).toContain(`its ${'not x'.length} bytes are those of sha256:`);
});

test('no more is read in a second than was allowed', async () => {
  let nowMs = 0;
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    nowMs += ms;
  };

  const { counts } = await verified({ bytesPerSecond: 10, nowMs: () => nowMs, wait });

  expect(nowMs / 1000).toBeCloseTo((counts.verifiedBytes ?? 0) / 10, 1);
  expect(waits.length).toBe(counts.verifiedBlobs);
});

test('it goes on behind the point where it was stopped, and hashes again what was wrong before', async () => {
  const { built } = await verified();
  const digests = ['A', 'B', 'x', 'y', 'o', 'A.config', 'B.config'].map((name) => built.digest(name)).sort();
  const rest = digests.slice(4).reduce((sum, digest) => sum + built.bytes(built.nameOf(digest)).length, 0);
  const behind = (at: number, wrong: readonly Digest[] = []): VerifyPoint => {
    return { after: digests[at] as Digest, blobs: at + 1, sizeBytes: 100, wrong };
  };

  const later = await verified({ from: behind(3) });
  const harmed = await verified({ from: behind(digests.length - 1, [built.digest('x')]) }, ['x', 'y']);

  expect(later.counts).toMatchObject({ verifiedBlobs: digests.length, verifiedBytes: 100 + rest });
  expect(harmed.counts.verifiedBytes).toBe(100);
  expect(harmed.damage.map(({ repository, what }) => [repository, built.nameOf(what)])).toEqual([
    ['app', 'x'],
    ['other', 'x'],
  ]);
});

test('a stop tells how far it came', async () => {
  const { store } = await diskStore(world);
  const points: VerifyPoint[] = [];
  const stop = new AbortController();
  const wait = async () => {
    stop.abort(new Error('stopped'));
    stop.signal.throwIfAborted();
  };

  await expect(
    fsckStore(
      {
        store,
        survey: {},
        nowMs: Date.now,
        verify: { ...options, bytesPerSecond: 1, wait: waitFrom(3, wait), onPoint: (point) => points.push(point) },
      },
      stop.signal,
    ),
  ).rejects.toThrow('stopped');

  expect(points.map(({ blobs }) => blobs)).toEqual([2]);
});

/** Does nothing before the n-th call. */
function waitFrom(n: number, wait: () => Promise<void>): () => Promise<void> {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls >= n) await wait();
  };
}
