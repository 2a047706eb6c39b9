import { describe, expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import type { PendingBlob, Store, StoreReader, StoreTraits } from './contract.ts';

/** What changes a store, and the list of what is on its way out. */
export type WritingStore = Omit<Store, keyof StoreReader> & Pick<StoreReader, 'pending'>;

/** A store with nothing in it, and a way around the contract to put things there and to look. */
export interface WritingGround {
  readonly traits: Pick<StoreTraits, 'layerLinks' | 'quarantine'>;
  /** Opens the store, as another process would. */
  open(): WritingStore;
  /** As a registry does it, now. @returns when, by the store's clock */
  putBlob(digest: Digest, bytes: Uint8Array): Promise<number>;
  /** The data of a blob in its place. */
  blob(digest: Digest): Promise<Uint8Array | undefined>;
  /** As {@link putBlob}. Not called where repositories have no layer links. */
  putLayerLink(repository: string, digest: Digest): Promise<number>;
  layerLink(repository: string, digest: Digest): Promise<string | undefined>;
}

const never = new AbortController().signal;
const RUN = '20260301T120000Z-abcdef';
const LATER_RUN = '20260302T120000Z-abcdef';

function bytesOf(letter: string): Uint8Array {
  return Buffer.from(`the bytes of ${letter}`);
}

function digestOf(letter: string): Digest {
  return `sha256:${sha256Hex(bytesOf(letter))}`;
}

async function put(ground: WritingGround, letter: string) {
  const atMs = await ground.putBlob(digestOf(letter), bytesOf(letter));
  return { digest: digestOf(letter), sizeBytes: bytesOf(letter).length, notNewerThanMs: atMs };
}

async function pendingOf(ground: WritingGround): Promise<readonly PendingBlob[]> {
  const found: PendingBlob[] = [];
  for await (const blob of ground.open().pending(never)) found.push(blob);
  return found.sort((a, b) => (a.digest + a.state < b.digest + b.state ? -1 : 1));
}

async function hidden(ground: WritingGround, letters: string, runId = RUN): Promise<readonly PendingBlob[]> {
  const blobs = [];
  for (const letter of letters) blobs.push(await put(ground, letter));
  expect(await ground.open().hide(runId, blobs)).toEqual(blobs.map(() => 'done'));
  return (await pendingOf(ground)).filter((blob) => blob.runId === runId);
}

/** What the writing half of every store has to do. `open` gives a ground of its own for each test. */
export function storeWritingContract(
  name: string,
  traits: WritingGround['traits'],
  open: () => Promise<WritingGround>,
): void {
  describe(`${name} as a store that is written to`, () => {
    test('tells the time of the storage', async () => {
      const ground = await open();
      const store = ground.open();
      const firstMs = await store.clockMs(never);
      const blob = await put(ground, 'a');

      expect(Math.abs(firstMs - Date.now())).toBeLessThan(60_000);
      expect(blob.notNewerThanMs).toBeGreaterThanOrEqual(firstMs - 1000);
      expect(await store.clockMs(never)).toBeGreaterThanOrEqual(firstMs);
    });

    test('is locked by one at a time, and tells the second by whom', async () => {
      const ground = await open();
      const lock = await ground.open().lock('run 1 on here (process 7)', never);

      await expect(ground.open().lock('run 2', never)).rejects.toMatchObject({
        code: 'LEASE_HELD',
        message: expect.stringContaining('run 1 on here (process 7)'),
      });

      expect(lock.lost.aborted).toBe(false);
      await lock.release();
      await (await ground.open().lock('run 2', never)).release();
    });

    noteTests(open);
    if (traits.quarantine) describe('its quarantine', () => quarantineTests(open));
    if (traits.layerLinks) describe('its layer links', () => layerLinkTests(open));
  });
}

function noteTests(open: () => Promise<WritingGround>): void {
  test('remembers what was unlinked until it is forgotten', async () => {
    const ground = await open();
    const store = ground.open();
    const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];

    await store.noteUnlinked(RUN, [a, b], 1_770_000_000_000);
    await Promise.all([
      store.noteUnlinked(LATER_RUN, [c], 1_770_000_000_001),
      store.forget([a]),
      pendingOf(ground), // a reader in the middle of it
    ]);

    const unlinked = { state: 'unlinked', sizeBytes: 0 };
    expect(await pendingOf(ground)).toEqual(
      [
        { ...unlinked, digest: b, runId: RUN, sinceMs: 1_770_000_000_000 },
        { ...unlinked, digest: c, runId: LATER_RUN, sinceMs: 1_770_000_000_001 },
      ].sort((x, y) => (x.digest < y.digest ? -1 : 1)),
    );
  });

  test('counts anew from when a blob was unlinked once more', async () => {
    const ground = await open();

    await ground.open().noteUnlinked(RUN, [digestOf('a')], 1000);
    await ground.open().noteUnlinked(LATER_RUN, [digestOf('a')], 2000);

    expect(await pendingOf(ground)).toEqual([
      { digest: digestOf('a'), state: 'unlinked', runId: LATER_RUN, sinceMs: 2000, sizeBytes: 0 },
    ]);
  });

  test('knows of nothing on its way out in the beginning, and forgets what it never knew', async () => {
    const ground = await open();

    expect(await pendingOf(ground)).toEqual([]);
    await ground.open().forget([digestOf('a')]);

    expect(await pendingOf(ground)).toEqual([]);
  });
}

function quarantineTests(open: () => Promise<WritingGround>): void {
  test('hides data: it is gone from its place, and told as hidden by that run since then', async () => {
    const ground = await open();
    const beforeMs = await ground.open().clockMs(never);
    const [a, b] = [await put(ground, 'a'), await put(ground, 'b')];

    expect(await ground.open().hide(RUN, [a])).toEqual(['done']);

    const afterMs = await ground.open().clockMs(never);
    expect(await ground.blob(a.digest)).toBeUndefined();
    expect(await ground.blob(b.digest)).toEqual(bytesOf('b'));
    const [blob, ...others] = await pendingOf(ground);
    expect(others).toEqual([]);
    expect(blob).toMatchObject({ digest: a.digest, state: 'hidden', runId: RUN, sizeBytes: a.sizeBytes });
    expect(blob?.sinceMs).toBeGreaterThanOrEqual(beforeMs);
    expect(blob?.sinceMs).toBeLessThanOrEqual(afterMs);
  });

  test('hides what is as the plan saw it, and answers for each in turn', async () => {
    const ground = await open();
    const [a, b, c] = [await put(ground, 'a'), await put(ground, 'b'), await put(ground, 'c')];
    const longer = { ...b, sizeBytes: b.sizeBytes + 1 };
    const newer = { ...c, notNewerThanMs: c.notNewerThanMs - 5000 };
    const none = { ...a, digest: digestOf('none') };

    expect(await ground.open().hide(RUN, [longer, a, newer, none])).toEqual(['changed', 'done', 'changed', 'absent']);

    expect(await ground.blob(b.digest)).toEqual(bytesOf('b'));
    expect(await ground.blob(c.digest)).toEqual(bytesOf('c'));
    expect((await pendingOf(ground)).map(({ digest }) => digest)).toEqual([a.digest]);
  });

  test('hides what was uploaded again since the same run hid it', async () => {
    const ground = await open();
    await hidden(ground, 'a');

    const [blob, ...others] = await hidden(ground, 'a');

    expect(others).toEqual([]);
    expect(await ground.blob(digestOf('a'))).toBeUndefined();
    expect(await ground.open().restore([blob!])).toEqual(['done']);
    expect(await ground.blob(digestOf('a'))).toEqual(bytesOf('a'));
  });

  test('tells what was unlinked and then hidden as hidden', async () => {
    const ground = await open();
    const store = ground.open();
    await store.noteUnlinked(RUN, [digestOf('a')], (await store.clockMs(never)) - 5000);

    await hidden(ground, 'a');

    expect((await pendingOf(ground)).map(({ state }) => state)).toEqual(['hidden']);
  });

  test('brings hidden data back to its place, whole', async () => {
    const ground = await open();
    const blobs = await hidden(ground, 'abc');

    expect(await ground.open().restore(blobs)).toEqual(['done', 'done', 'done']);

    for (const letter of 'abc') expect(await ground.blob(digestOf(letter))).toEqual(bytesOf(letter));
    expect(await pendingOf(ground)).toEqual([]);
    expect(await ground.open().restore(blobs)).toEqual(['absent', 'absent', 'absent']);
  });

  test('leaves alone what was uploaded again, and drops the hidden copy of it', async () => {
    const ground = await open();
    const blobs = await hidden(ground, 'a');
    await put(ground, 'a');

    expect(await ground.open().restore(blobs)).toEqual(['changed']);

    expect(await ground.blob(digestOf('a'))).toEqual(bytesOf('a'));
    expect(await pendingOf(ground)).toEqual([]);
  });

  test('purges hidden data and nothing else', async () => {
    const ground = await open();
    const blobs = await hidden(ground, 'ab');
    await put(ground, 'b');
    await put(ground, 'c');
    const unlinked: PendingBlob = {
      digest: digestOf('c'),
      state: 'unlinked',
      runId: RUN,
      sinceMs: 0,
      sizeBytes: bytesOf('c').length,
    };

    expect(await ground.open().purge([...blobs, unlinked])).toEqual(['done', 'done', 'absent']);

    expect(await ground.blob(digestOf('a'))).toBeUndefined();
    expect(await ground.blob(digestOf('b'))).toEqual(bytesOf('b'));
    expect(await ground.blob(digestOf('c'))).toEqual(bytesOf('c'));
    expect(await pendingOf(ground)).toEqual([]);
    expect(await ground.open().purge(blobs)).toEqual(['absent', 'absent']);
    expect(await ground.open().restore(blobs)).toEqual(['absent', 'absent']);
  });

  test('does not purge what is not what the plan saw', async () => {
    const ground = await open();
    const [blob] = await hidden(ground, 'a');

    expect(await ground.open().purge([{ ...blob!, sizeBytes: 1 }])).toEqual(['changed']);

    expect(await pendingOf(ground)).toEqual([blob]);
  });

  test('keeps the quarantines of runs apart', async () => {
    const ground = await open();
    const first = await hidden(ground, 'ab');
    const second = await hidden(ground, 'b', LATER_RUN);

    expect(await ground.open().purge(second)).toEqual(['done']);

    expect(await pendingOf(ground)).toEqual(first);
    expect(await ground.open().restore(first)).toEqual(['done', 'done']);
    expect(await ground.blob(digestOf('b'))).toEqual(bytesOf('b'));
  });

  test('makes no quarantine for a run whose name leads elsewhere', async () => {
    const ground = await open();
    const blob = await put(ground, 'a');

    for (const runId of ['..', '../../x', 'a/b', ''])
      await expect(ground.open().hide(runId, [blob])).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });

    expect(await ground.blob(blob.digest)).toEqual(bytesOf('a'));
  });
}

function layerLinkTests(open: () => Promise<WritingGround>): void {
  test('are written where there are none', async () => {
    const ground = await open();

    expect(await ground.open().link('team/app', digestOf('a'))).toBe('written');
    expect(await ground.layerLink('team/app', digestOf('a'))).toBe(digestOf('a'));
    expect(await ground.open().link('team/app', digestOf('a'))).toBe('there');
  });

  test('are removed unless they are newer', async () => {
    const ground = await open();
    const atMs = await ground.putLayerLink('app', digestOf('a'));
    const store = ground.open();

    expect(await store.unlink('app', digestOf('a'), atMs - 5000)).toBe('changed');
    expect(await ground.layerLink('app', digestOf('a'))).toBe(digestOf('a'));
    expect(await store.unlink('app', digestOf('a'), atMs)).toBe('done');
    expect(await ground.layerLink('app', digestOf('a'))).toBeUndefined();
    expect(await store.unlink('app', digestOf('a'), atMs)).toBe('absent');
  });

  test('are none outside of repositories', async () => {
    const ground = await open();

    for (const repository of ['', '..', '../../x', 'a/../b', '/a', '_layers', 'a/_uploads'])
      await expect(ground.open().unlink(repository, digestOf('a'), Date.now())).rejects.toMatchObject({
        code: 'STORE_NOT_WRITABLE',
      });
  });
}
