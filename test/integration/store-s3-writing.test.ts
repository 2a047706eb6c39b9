import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, layerLinkPath } from '../../src/oci/distribution-layout.ts';
import type { BucketAddress } from '../../src/systems/store/address.ts';
import { storeWritingContract, type WritingGround } from '../../src/systems/store/contract-writing.suite.ts';
import { newClaimKey, writeClaim } from '../../src/systems/store/distribution-s3/claims.ts';
import { connectBucket } from '../../src/systems/store/distribution-s3/connection.ts';
import { newNoteKey, writeNote } from '../../src/systems/store/distribution-s3/hidden-notes.ts';
import { bucketPlace } from '../../src/systems/store/distribution-s3/index.ts';
import { dataKey } from '../../src/systems/store/distribution-s3/keys.ts';
import { bucketOf } from '../../src/systems/store/distribution-s3/open-bucket.ts';
import { bucketStore } from '../../src/systems/store/distribution-s3/store.ts';
import { lockBucket } from '../../src/systems/store/distribution-s3/store-lock.ts';
import { describeReal } from '../support/requirements.ts';
import { type Eyes, makeBucket } from '../support/s3-eyes.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';

const never = new AbortController().signal;
let swift: Swift;
let versioned: Eyes;
let plain: Eyes;
let grounds = 0;

describeReal('a store in an S3-compatible bucket', SWIFT_PROGRAMS, () => {
  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
    versioned = await makeBucket(swift, 'versioned', true);
    plain = await makeBucket(swift, 'plain', false);
  });

  describe('with versions', () => {
    const traits = { layerLinks: true, quarantine: true };
    storeWritingContract('distribution-s3', traits, () => ground(versioned, traits, {}));
  });

  describe('without versions, with copies', () => {
    const traits = { layerLinks: true, quarantine: true };
    storeWritingContract('distribution-s3', traits, () => ground(plain, traits, { copyQuarantine: true }));
  });

  describe('without versions', () => {
    const traits = { layerLinks: true, quarantine: false };
    storeWritingContract('distribution-s3', traits, () => ground(plain, traits, {}));

    test('hides nothing, because nothing could come back', async () => {
      const { store, data } = await withBlob(plain, {});

      await expect(store.hide('run-1', [data])).rejects.toMatchObject({
        code: 'STORE_SETTINGS_INVALID',
        hint: expect.stringContaining('copyQuarantine=true'),
      });

      expect(store.traits.quarantine).toBe(false);
      expect(await store.read(data.digest, 100, never)).toBeDefined();
    });

    test('removes for good what is hidden, where that was accepted', async () => {
      const { store, data, prefix } = await withBlob(plain, { allowNoQuarantine: true });

      expect(await store.hide('run-1', [data])).toEqual(['done']);

      expect(await plain.keys(`${prefix}/`)).toEqual([]);
      expect(await collect(store.pending(never))).toEqual([]);
    });
  });

  describe('its lock', () => {
    test('of a holder that is silent for too long is taken over, and the holder is told', async () => {
      const { place } = await openPlace(plain, {});
      const silent = { ...place, bucket: { ...place.bucket } };
      const first = await lockBucket({
        place: silent,
        holder: 'run 1',
        signal: never,
        times: { ttlMs: 3000, settleMs: 50 },
      });
      silent.bucket.write = () => Promise.reject(new Error('cut off'));
      await expect(
        lockBucket({ place, holder: 'run 2', signal: never, times: { ttlMs: 3000, settleMs: 50 } }),
      ).rejects.toMatchObject({
        code: 'LEASE_HELD',
      });
      await sleep(4500);

      const second = await lockBucket({ place, holder: 'run 2', signal: never, times: { ttlMs: 3000, settleMs: 50 } });

      expect(first.lost.reason).toMatchObject({ code: 'LEASE_LOST' });
      expect(second.lost.aborted).toBe(false);
      await second.release();
    });

    test('is renewed, and lost when somebody removes it', async () => {
      const { place, prefix } = await openPlace(versioned, {});
      const lock = await lockBucket({ place, holder: 'run 1', signal: never, times: { ttlMs: 1500, settleMs: 50 } });
      await sleep(2500);
      expect(lock.lost.aborted).toBe(false);
      await expect(
        lockBucket({ place, holder: 'run 2', signal: never, times: { ttlMs: 1500, settleMs: 50 } }),
      ).rejects.toMatchObject({
        code: 'LEASE_HELD',
      });
      const [claim = ''] = await versioned.keys(`${prefix}/.winnow/lock/`);

      await place.bucket.remove({ key: claim.slice(prefix.length + 1) });
      await sleep(1500);

      expect(lock.lost.reason).toMatchObject({ code: 'LEASE_LOST' });
      await lock.release();
    });

    test('is given to one at most of those that come at once', async () => {
      const { place } = await openPlace(plain, {});

      const asked = await Promise.allSettled(
        [1, 2, 3].map((n) =>
          lockBucket({ place, holder: `run ${n}`, signal: never, times: { ttlMs: 60_000, settleMs: 300 } }),
        ),
      );

      const won = asked.filter((one) => one.status === 'fulfilled');
      expect(won.length).toBe(1);
      for (const one of won) await one.value.release();
    });
  });

  describe('worked on in parts', () => {
    const times = { ttlMs: 60_000, settleMs: 50 };

    test('is locked for parts beside each other, and not for the whole', async () => {
      const { place } = await openPlace(plain, {});
      const asked = [1, 2].map((index) =>
        lockBucket({ place, holder: `part ${index}`, signal: never, times }, { index, count: 2 }),
      );
      const locks = await Promise.all(asked);

      const held = { code: 'LEASE_HELD' };
      await expect(lockBucket({ place, holder: 'all', signal: never, times })).rejects.toMatchObject(held);
      const again = lockBucket({ place, holder: 'again', signal: never, times }, { index: 1, count: 2 });
      await expect(again).rejects.toMatchObject({ ...held, message: expect.stringContaining('held by part 1') });

      for (const lock of locks) await lock.release();
      await (await lockBucket({ place, holder: 'all', signal: never, times })).release();
    });

    test('is free for who wants a part whose holder died, while a neighbour works on', async () => {
      const { place } = await openPlace(plain, {});
      const [mine, neighbours] = [1, 2].map((index) => ({ index, count: 2 }));
      await writeClaim(place, newClaimKey(mine), 'the dead', true);
      await sleep(2100); // times are whole seconds
      const short = { ttlMs: 1000, settleMs: 50 };
      const neighbour = await lockBucket({ place, holder: 'a neighbour', signal: never, times }, neighbours);

      const next = await lockBucket({ place, holder: 'the next', signal: never, times: short }, mine);

      expect([next.lost.aborted, neighbour.lost.aborted]).toEqual([false, false]);
      await next.release();
      await neighbour.release();
    });

    test('keeps what both noted at once, and what both purged of one run', async () => {
      const { place, prefix } = await openPlace(versioned, {});
      const digests = [1, 2, 3, 4].map(digestOf);
      let atMs = 0;
      for (const digest of digests) atMs = await versioned.put(`${prefix}/${dataKey(digest)}`, 'data');
      await bucketStore(place).hide(
        'run-1',
        digests.map((digest) => ({ digest, sizeBytes: 4, notNewerThanMs: atMs })),
      );
      const hidden = await collect(bucketStore(place).pending(never));
      const work = async (index: number) => {
        const store = bucketStore(place, { settleMs: 50 });
        const lock = await store.lock(`part ${index}`, never, { index, count: 2 });
        await store.purge(hidden.filter(({ digest }) => digest === digestOf(index)));
        for (let n = 0; n < 4; n += 1) await store.noteUnlinked('run-2', [digestOf(index * 10 + n)], n);
        await lock.release();
      };

      await Promise.all([work(1), work(2)]);

      const left = (await collect(bucketStore(place).pending(never))).filter(
        ({ digest }) => digest !== digestOf(1) && digest !== digestOf(2),
      );
      const noted = [10, 11, 12, 13, 20, 21, 22, 23].map(digestOf);
      expect(left.map(({ digest }) => digest).sort()).toEqual([...noted, digestOf(3), digestOf(4)].sort());
    });
  });

  test('tells its ledger anew before it has grown long, and says the same', async () => {
    const { place, prefix } = await openPlace(plain, {});
    const store = bucketStore(place);
    for (let n = 1; n <= 36; n += 1) await store.noteUnlinked(`run-${n}`, [digestOf(n)], n);
    await store.forget([digestOf(7)]);

    const pending = await collect(store.pending(never));

    expect(pending.map(({ runId, sinceMs }) => `${runId} ${sinceMs}`).sort()).toEqual(
      Array.from({ length: 36 }, (_, at) => `run-${at + 1} ${at + 1}`)
        .filter((text) => text !== 'run-7 7')
        .sort(),
    );
    expect((await plain.keys(`${prefix}/.winnow/ledger/`)).length).toBeLessThan(10);
  });

  test('brings back its own version where an older one of somebody else lies under it', async () => {
    const { place, prefix } = await openPlace(versioned, {});
    const key = dataKey(digestOf(1));
    await versioned.put(`${prefix}/${key}`, 'an old version');
    await place.bucket.remove({ key });
    const store = bucketStore(place);
    const atMs = await versioned.put(`${prefix}/${key}`, 'the own one');
    await store.hide('run-1', [{ digest: digestOf(1), sizeBytes: 11, notNewerThanMs: atMs }]);

    expect(await store.restore(await collect(store.pending(never)))).toEqual(['done']);

    expect(Buffer.from((await versioned.get(`${prefix}/${key}`)) ?? '').toString()).toBe('the own one');
    expect(await collect(store.pending(never))).toEqual([]);
  });

  test('purges its own version, and uncovers none of somebody else', async () => {
    const { place, prefix } = await openPlace(versioned, {});
    const key = dataKey(digestOf(1));
    await versioned.put(`${prefix}/${key}`, 'an old version');
    await place.bucket.remove({ key });
    const store = bucketStore(place);
    const atMs = await versioned.put(`${prefix}/${key}`, 'the own one');
    await store.hide('run-1', [{ digest: digestOf(1), sizeBytes: 11, notNewerThanMs: atMs }]);

    expect(await store.purge(await collect(store.pending(never)))).toEqual(['done']);

    expect(await versioned.get(`${prefix}/${key}`)).toBeUndefined();
    const left = (await place.bucket.versions(key, never)).filter(({ isMarker }) => !isMarker);
    expect(left.map(({ sizeBytes }) => sizeBytes)).toEqual(['an old version'.length]);
  });

  test('told to hide by a run that ended before it did, finds the data in its place and not hidden', async () => {
    const { store, data, place } = await withBlob(versioned, {});
    const seen = await place.bucket.look(dataKey(data.digest), never);
    await writeNote(place, newNoteKey('run-1'), [{ ...data, versionId: seen?.versionId ?? '' }]);

    expect(await collect(store.pending(never))).toEqual([]);

    await sleep(1100); // times are whole seconds
    expect(await store.hide('run-2', [data])).toEqual(['done']);
    expect((await collect(store.pending(never))).map(({ runId }) => runId)).toEqual(['run-2']);
  });
});

function digestOf(n: number): Digest {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function withBlob(eyes: Eyes, more: Partial<BucketAddress>) {
  const { place, prefix } = await openPlace(eyes, more);
  const notNewerThanMs = await eyes.put(`${prefix}/${dataKey(digestOf(1))}`, 'some data');
  return { place, prefix, store: bucketStore(place), data: { digest: digestOf(1), sizeBytes: 9, notNewerThanMs } };
}

async function openPlace(eyes: Eyes, more: Partial<BucketAddress>) {
  grounds += 1;
  const prefix = `store-${grounds}`;
  const address = { kind: 'distribution-s3', bucket: eyes.bucket, prefix, endpoint: swift.url, ...more } as const;
  return { prefix, place: await bucketPlace(bucketOf(await connectBucket(address)), address, never) };
}

async function ground(
  eyes: Eyes,
  traits: WritingGround['traits'],
  more: { readonly copyQuarantine?: boolean },
): Promise<WritingGround> {
  const { place, prefix } = await openPlace(eyes, more);
  const root = `${prefix}/docker/registry/v2`;
  const read = async (key: string) => {
    const bytes = await eyes.get(key);
    return bytes === undefined ? undefined : Buffer.from(bytes);
  };
  return {
    traits,
    open: () => bucketStore(place),
    putBlob: (digest, bytes) => eyes.put(blobPath(root, digest), bytes),
    blob: (digest) => read(blobPath(root, digest)),
    putLayerLink: (repository, digest) => eyes.put(layerLinkPath(root, repository, digest), digest),
    layerLink: async (repository, digest) => (await read(layerLinkPath(root, repository, digest)))?.toString(),
  };
}
