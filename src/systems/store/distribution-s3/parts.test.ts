import { describe, expect, test } from 'vitest';
import { memoryBucket } from '../../../../test/support/memory-bucket.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { PendingBlob, Store, StorePart } from '../contract.ts';
import { newClaimKey, writeClaim } from './claims.ts';
import { dataKey } from './keys.ts';
import { LEDGER } from './own-objects.ts';
import { type Part, partInName } from './parts.ts';
import type { BucketPlace } from './place.ts';
import { bucketStore } from './store.ts';
import { lockBucket } from './store-lock.ts';

const never = new AbortController().signal;
const times = { ttlMs: 60_000, settleMs: 1 };

const part = (index: number, count: number): StorePart => ({ index, count });

function ground(options: Parameters<typeof memoryBucket>[0] = {}) {
  const { bucket, keys } = memoryBucket(options);
  const hiding = options.versions === true ? 'marker' : 'copy';
  const place: BucketPlace = { bucket, name: 'test:bucket', readers: 4, hiding };
  const lock = (holder: string, wanted?: Part) => lockBucket({ place, holder, signal: never, times }, wanted);
  return { place, keys, lock };
}

/** Lets others come in between, in an order that the seed gives: before each request, a few turns are waited. */
function jostled(seed: number): () => Promise<void> {
  let state = seed;
  return async () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    for (let turns = Math.floor(state / 65536) % 6; turns > 0; turns -= 1) await new Promise(setImmediate);
  };
}

/** Equal parts of one number apart from each other are all that never meets. */
function mayMeet(one: Part, other: Part): boolean {
  if (one === undefined || other === undefined) return true;
  return one.count === other.count ? one.index === other.index : true;
}

/** A digest of the first or of the second half. */
function digestOf(half: 1 | 2, n: number): Digest {
  return `sha256:${half === 1 ? '0' : 'f'}${n.toString(16).padStart(63, '0')}`;
}

async function pending(store: Store): Promise<readonly PendingBlob[]> {
  const found: PendingBlob[] = [];
  for await (const one of store.pending(never)) found.push(one);
  return found.sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

const digestsOf = async (store: Store) => (await pending(store)).map(({ digest }) => digest);

describe('the lock of a bucket', () => {
  test('is had for all parts at once, each by one', async () => {
    const { lock } = ground();

    const locks = await Promise.all([1, 2, 3].map((index) => lock(`run ${index}`, part(index, 3))));

    await expect(lock('again', part(2, 3))).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: 'locking test:bucket, part 2 of 3: it is held by run 2',
    });
    for (const one of locks) await one.release();
    await (await lock('again', part(2, 3))).release();
  });

  test('is not had for the whole while somebody works on a part, nor for parts that overlap it', async () => {
    const { lock, keys } = ground();
    const held = await lock('the second', part(2, 3));

    const refusal = { code: 'LEASE_HELD', message: expect.stringContaining('held by the second') };
    await expect(lock('all')).rejects.toMatchObject(refusal);
    await expect(lock('half', part(1, 2))).rejects.toMatchObject(refusal);
    await held.release();

    expect(keys()).toEqual([]);
    await (await lock('all')).release();
  });

  test('is not had for a part while somebody works on the whole', async () => {
    const { lock } = ground();
    const held = await lock('all');

    await expect(lock('part', part(1, 2))).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: 'locking test:bucket: it is held by all',
    });

    await held.release();
    await (await lock('part', part(1, 2))).release();
  });

  test('is never had by two that could meet at one blob, however they come', async () => {
    const wanted: readonly Part[] = [undefined, part(1, 2), part(2, 2), part(2, 2), part(1, 3), part(3, 3), undefined];
    let together = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const { lock } = ground({ before: jostled(seed) });
      const holding = new Set<readonly [Part]>();
      const contend = async (own: Part, n: number): Promise<void> => {
        const won = await lock(`run ${n}`, own).catch((thrown: { readonly code: string }) => thrown);
        if (!('release' in won)) return expect(won.code).toBe('LEASE_HELD');
        for (const [other] of holding)
          expect([seed, own, other, mayMeet(own, other)]).toEqual([seed, own, other, false]);
        together += holding.size;
        const entry = [own] as const;
        holding.add(entry);
        for (let turns = 0; turns < 30; turns += 1) await new Promise(setImmediate);
        holding.delete(entry);
        await won.release();
      };

      await Promise.all(wanted.map(contend));
    }
    expect(together).toBeGreaterThan(0);
  });

  test('of a dead holder of a part is free after a while, for that part and for the whole; a neighbour’s is not', async () => {
    let nowMs = 1_000_000;
    const { place, lock } = ground({ nowMs: () => nowMs });
    await writeClaim(place, newClaimKey(part(1, 2)), 'the dead', true);
    await expect(lock('too early', part(1, 2))).rejects.toMatchObject({ code: 'LEASE_HELD' });
    nowMs += times.ttlMs + 1000;
    const neighbour = await lock('the neighbour', part(2, 2));

    await expect(lock('all')).rejects.toMatchObject({ message: expect.stringContaining('held by the neighbour') });
    const next = await lock('the next', part(1, 2));

    await next.release();
    await neighbour.release();
    await (await lock('all')).release();
  });

  test('takes what no run writes for a claim to the whole', () => {
    expect(partInName('.winnow/lock/x-2-of-8.json', '.json')).toEqual({ index: 2, count: 8 });
    for (const name of ['x.json', 'x-0-of-8.json', 'x-9-of-8.json', 'x-1-of-8', 'x-01-of-8.json'])
      expect([name, partInName(`.winnow/lock/${name}`, '.json')]).toEqual([name, undefined]);
  });
});

describe('the ledger of a bucket', () => {
  test('loses nothing of what those say who work on parts at the same time', async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const { place } = ground({ before: jostled(seed) });
      const [first, second] = await Promise.all(([1, 2] as const).map((index) => openPart(place, index)));

      // Enough for each to put its words into one, more than once.
      const speak = async (store: Store, half: 1 | 2): Promise<void> => {
        for (let n = 0; n < 80; n += 1) {
          await store.noteUnlinked(`run-${half}`, [digestOf(half, n)], n);
          if (n % 4 === 3) await store.forget([digestOf(half, n - 1)]);
        }
      };
      await Promise.all([speak(first as Store, 1), speak(second as Store, 2)]);

      const left = ([1, 2] as const).flatMap(
        (half) =>
        Array.from({ length: 80 }, (_, n) => n).filter((n) => n % 4 !== 2).map((n) => digestOf(half, n)), // biome-ignore format: one line
      );
      expect(await digestsOf(bucketStore(place))).toEqual(left);
    }
  });

  test('says of a blob what was said last, by whoever worked on it', async () => {
    const { place } = ground();
    const [a, b, c] = [digestOf(1, 1), digestOf(1, 2), digestOf(1, 3)];
    const half = await openPart(place, 1);
    await half.noteUnlinked('run-1', [a, b], 1000);
    await half.release();
    const whole = await open(place);
    await whole.forget([a]);
    await whole.noteUnlinked('run-2', [c], 2000);
    await whole.release();
    const third = await open(place, part(1, 3));
    await third.forget([b]);
    await third.noteUnlinked('run-3', [a], 3000);
    await third.release();

    const told = (await pending(bucketStore(place))).map(({ digest, runId }) => [digest, runId]);

    expect(told).toEqual([
      [a, 'run-3'],
      [c, 'run-2'],
    ]);
  });

  test.each([undefined, part(1, 2)])(
    'says the same wherever it was cut off while words became one: %o',
    async (mine) => {
      for (let requests = 1; ; requests += 1) {
        let left = Number.POSITIVE_INFINITY;
        const isCut = { yet: false };
        const { place, keys } = ground({
          before: async (request) => {
            if (request !== 'write' && request !== 'remove') return;
            if (left <= 0) isCut.yet = true;
            if (isCut.yet) throw new Error('cut off');
            left -= 1;
          },
        });
        const earlier = await open(place);
        await earlier.noteUnlinked('run-0', [digestOf(1, 1), digestOf(1, 2)], 500);
        await earlier.release();
        const store = await open(place, mine);
        const words = () => keys().filter((key) => key.startsWith(LEDGER)).length;
        for (let n = 10; words() < (mine === undefined ? 32 : 33); n += 1)
          if (n % 3 === 0) await store.forget([digestOf(1, n - 1), digestOf(1, 1)]);
          else await store.noteUnlinked('run-1', [digestOf(1, n)], n);
        const before = await pending(bucketStore(place));

        left = requests;
        const cut = await store.forget([digestOf(1, 9999)]).then(
          () => false,
          () => true,
        );

        left = Number.POSITIVE_INFINITY;
        isCut.yet = false;
        expect(await pending(bucketStore(place))).toEqual(before);
        expect(before.some(({ digest }) => digest === digestOf(1, 1))).toBe(false);
        if (!cut) {
          expect(words()).toBeLessThan(4);
          break;
        }
      }
    },
  );
});

describe('notes of what is hidden in a bucket with versions', () => {
  test('still tell of all that is hidden when parts purge what one run hid', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { place } = ground({ versions: true, before: jostled(seed) });
      const digests = ([1, 2] as const).flatMap((half) => [1, 2, 3].map((n) => digestOf(half, n)));
      for (const digest of digests) await place.bucket.write(dataKey(digest), 'data');
      const all = digests.map((digest) => ({ digest, sizeBytes: 4, notNewerThanMs: Date.now() }));
      await bucketStore(place).hide('run-1', all);
      const hidden = await pending(bucketStore(place));
      const two = hidden.filter(({ digest }) => digest.endsWith('1'));

      await Promise.all(two.map((one) => bucketStore(place).purge([one])));

      const stillHidden = digests.filter((digest) => !digest.endsWith('1'));
      const told = await digestsOf(bucketStore(place));
      expect([seed, told.filter((digest) => stillHidden.includes(digest))]).toEqual([seed, stillHidden]);
      // What one of them may have told of once more is found to be gone.
      await bucketStore(place).purge((await pending(bucketStore(place))).filter(({ digest }) => digest.endsWith('1')));
      expect(await digestsOf(bucketStore(place))).toEqual(stillHidden);
    }
  });

  test('tell of nothing that is gone when another part was purged while one was', async () => {
    const digests = [digestOf(1, 1), digestOf(1, 2), digestOf(2, 1), digestOf(2, 2)];
    let meanwhile = async (): Promise<void> => undefined;
    const { place } = ground({
      versions: true,
      before: async (request, key) => {
        if (request !== 'versions' || key !== dataKey(digestOf(1, 1))) return;
        const work = meanwhile;
        meanwhile = async () => undefined;
        await work();
      },
    });
    for (const digest of digests) await place.bucket.write(dataKey(digest), 'data');
    const all = digests.map((digest) => ({ digest, sizeBytes: 4, notNewerThanMs: Date.now() }));
    await bucketStore(place).hide('run-1', all);
    const hidden = await pending(bucketStore(place));
    const one = (digest: Digest) => hidden.filter((blob) => blob.digest === digest);
    meanwhile = async () => void (await bucketStore(place).purge(one(digestOf(2, 1))));

    expect(await bucketStore(place).purge(one(digestOf(1, 1)))).toEqual(['done']);

    expect(await digestsOf(bucketStore(place))).toEqual([digestOf(1, 2), digestOf(2, 2)]);
  });
});

async function openPart(place: BucketPlace, index: number) {
  return open(place, part(index, 2));
}

/** A process of its own, as far as the bucket can tell, that has locked what it works on. */
async function open(place: BucketPlace, wanted?: StorePart) {
  const store = bucketStore(place, { settleMs: 1 });
  const lock = await store.lock('somebody', never, wanted);
  return { ...store, release: () => lock.release() };
}
