import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { type Digest, hexOf } from '../../../oci/digest.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import type { PendingBlob } from '../contract.ts';
import { onDiskWriter } from './on-disk-writer.ts';
import { hiddenPath, quarantineFolder, runQuarantineFolder, sinceNotePath, winnowFolder } from './winnow-folder.ts';

const RUN = 'run-1';
const TEXT = 'some data';
const A: Digest = `sha256:${sha256Hex('a')}`;
const B: Digest = `sha256:${sha256Hex('b')}`;
const LONG_AGO = new Date('2026-01-01T00:00:00Z');
const never = new AbortController().signal;

/** A store whose blobs lie in `data/<hex>/data`, with the blobs that are named. */
function storeWith(...digests: readonly Digest[]) {
  const root = makeTempFolder('store');
  const dataPath = (digest: Digest): string => join(root, 'data', hexOf(digest), 'data');
  const writer = onDiskWriter({ root, name: `test:${root}`, dataPath });
  const upload = (digest: Digest, text = TEXT): void => {
    mkdirSync(dirname(dataPath(digest)), { recursive: true });
    writeFileSync(dataPath(digest), text);
    utimesSync(dataPath(digest), LONG_AGO, LONG_AGO);
  };
  for (const digest of digests) upload(digest);
  const hide = (...these: readonly Digest[]) =>
    writer.hide(
      RUN,
      these.map((digest) => ({ digest, sizeBytes: TEXT.length, notNewerThanMs: LONG_AGO.getTime() })),
    );
  const pending = async (): Promise<readonly PendingBlob[]> => {
    const blobs: PendingBlob[] = [];
    for await (const blob of writer.pending(never)) blobs.push(blob);
    return blobs;
  };
  return { root, dataPath, writer, upload, hide, pending, hidden: (digest: Digest) => hiddenPath(root, RUN, digest) };
}

function asPending(digest: Digest): PendingBlob {
  return { digest, state: 'hidden', runId: RUN, sinceMs: 0, sizeBytes: TEXT.length };
}

test('keeps the times of what it hides and brings back, and the folder that it lay in', async () => {
  const store = storeWith(A);

  await store.hide(A);
  const hidden = statSync(store.hidden(A));
  const emptied = readdirSync(dirname(store.dataPath(A)));
  await store.writer.restore([asPending(A)]);

  expect(emptied).toEqual([]);
  expect(hidden.mtimeMs).toBe(LONG_AGO.getTime());
  expect(statSync(store.dataPath(A))).toMatchObject({ mtimeMs: LONG_AGO.getTime(), ino: hidden.ino, nlink: 1 });
});

test.each(['restore', 'purge'] as const)('leaves no empty quarantine behind after a %s', async (work) => {
  const store = storeWith(A, B);
  await store.hide(A, B);

  await store.writer[work]([asPending(A)]);
  expect((await store.pending()).map(({ digest }) => digest)).toEqual([B]);
  await store.writer[work]([asPending(B)]);

  expect(readdirSync(quarantineFolder(store.root))).toEqual([]);
  store.upload(A);
  expect(await store.hide(A)).toEqual(['done']);
  expect(existsSync(sinceNotePath(store.root, RUN))).toBe(true);
});

test('leaves no quarantine behind when there was nothing to hide', async () => {
  const store = storeWith();
  store.upload(A, 'another length');

  expect(await store.hide(A, B)).toEqual(['changed', 'absent']);

  expect(readdirSync(quarantineFolder(store.root))).toEqual([]);
});

describe('what a crash leaves behind', () => {
  test('in the middle of a restore, two names of one file, is brought to an end by the next restore', async () => {
    const store = storeWith(A);
    await store.hide(A);
    linkSync(store.hidden(A), store.dataPath(A));

    expect(await store.writer.restore([asPending(A)])).toEqual(['done']);

    expect(existsSync(store.hidden(A))).toBe(false);
    expect(readFileSync(store.dataPath(A), 'utf8')).toBe(TEXT);
  });

  test('in the middle of a restore can be hidden again, and is gone from its place', async () => {
    const store = storeWith(A);
    await store.hide(A);
    linkSync(store.hidden(A), store.dataPath(A));

    expect(await store.hide(A)).toEqual(['done']);

    expect(existsSync(store.dataPath(A))).toBe(false);
    expect(readFileSync(store.hidden(A), 'utf8')).toBe(TEXT);
  });

  test('in the middle of a restore can be purged, and stays in its place', async () => {
    const store = storeWith(A);
    await store.hide(A);
    linkSync(store.hidden(A), store.dataPath(A));

    expect(await store.writer.purge([asPending(A)])).toEqual(['done']);

    expect(readFileSync(store.dataPath(A), 'utf8')).toBe(TEXT);
  });

  test('before the time was noted counts from when the quarantine was made', async () => {
    const store = storeWith(A);
    await store.hide(A);
    rmSync(sinceNotePath(store.root, RUN));
    const madeAt = new Date('2026-02-01T00:00:00Z');
    utimesSync(runQuarantineFolder(store.root, RUN), madeAt, madeAt);

    expect(await store.pending()).toEqual([{ ...asPending(A), sinceMs: madeAt.getTime() }]);
  });

  test('while the time was noted, half a note, is written anew', async () => {
    const store = storeWith(A, B);
    mkdirSync(runQuarantineFolder(store.root, RUN), { recursive: true });
    writeFileSync(`${sinceNotePath(store.root, RUN)}.draft`, '17');

    expect(await store.hide(A)).toEqual(['done']);

    expect((await store.pending())[0]?.sinceMs).toBeGreaterThan(LONG_AGO.getTime());
    expect(readdirSync(runQuarantineFolder(store.root, RUN)).sort()).toEqual(['sha256', 'when']);
  });

  test('in the middle of hiding is found, each blob in one place, and hidden by the next run', async () => {
    const store = storeWith(A, B);
    await store.hide(A);

    expect(await store.hide(A, B)).toEqual(['absent', 'done']);

    expect((await store.pending()).map(({ digest }) => digest).sort()).toEqual([A, B].sort());
  });
});

describe('damaged copies', () => {
  test('stay both when data of another length came back to its place', async () => {
    const store = storeWith(A);
    await store.hide(A);
    store.upload(A, 'short');

    expect(await store.writer.restore([asPending(A)])).toEqual(['changed']);
    expect(await store.writer.purge([asPending(A)])).toEqual(['changed']);

    expect(readFileSync(store.dataPath(A), 'utf8')).toBe('short');
    expect(readFileSync(store.hidden(A), 'utf8')).toBe(TEXT);
  });

  test('are not overwritten by hiding data of another length', async () => {
    const store = storeWith(A);
    await store.hide(A);
    store.upload(A, 'short');

    expect(await store.writer.hide(RUN, [{ digest: A, sizeBytes: 5, notNewerThanMs: LONG_AGO.getTime() }])).toEqual([
      'changed',
    ]);

    expect(readFileSync(store.hidden(A), 'utf8')).toBe(TEXT);
  });
});

test('makes the folder of a blob anew when it was removed meanwhile', async () => {
  const store = storeWith(A);
  await store.hide(A);
  rmSync(join(store.root, 'data'), { recursive: true });

  expect(await store.writer.restore([asPending(A)])).toEqual(['done']);

  expect(readFileSync(store.dataPath(A), 'utf8')).toBe(TEXT);
});

describe('symbolic links', () => {
  const refused = { code: 'STORE_NOT_WRITABLE', message: expect.stringContaining('it is a symbolic link') };

  /** Moves something out of the store and leaves a link to it in its place. */
  function moveOut(path: string): string {
    const outside = join(makeTempFolder('outside'), 'moved');
    renameSync(path, outside);
    symlinkSync(outside, path);
    return outside;
  }

  test.each([
    ['the data', (store: ReturnType<typeof storeWith>) => store.dataPath(A)],
    ['the folder of the blob', (store: ReturnType<typeof storeWith>) => dirname(store.dataPath(A))],
    ['a folder above', (store: ReturnType<typeof storeWith>) => join(store.root, 'data')],
  ])('in the place of %s are not followed when hiding', async (_, where) => {
    const store = storeWith(A);
    moveOut(where(store));

    await expect(store.hide(A)).rejects.toMatchObject(refused);

    expect(readFileSync(store.dataPath(A), 'utf8')).toBe(TEXT);
    expect(lstatSync(where(store)).isSymbolicLink()).toBe(true);
  });

  test('in the place of the quarantine are followed by nothing', async () => {
    const store = storeWith(A, B);
    await store.hide(A);
    const outside = moveOut(quarantineFolder(store.root));

    await expect(store.hide(B)).rejects.toMatchObject(refused);
    await expect(store.writer.restore([asPending(A)])).rejects.toMatchObject(refused);
    await expect(store.writer.purge([asPending(A)])).rejects.toMatchObject(refused);
    await expect(store.pending()).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });

    expect(existsSync(join(outside, RUN, 'sha256', hexOf(A).slice(0, 2), hexOf(A)))).toBe(true);
    expect(existsSync(store.dataPath(B))).toBe(true);
  });

  test('in the place of Winnow’s own folder get no lock, clock or note', async () => {
    const store = storeWith(A);
    symlinkSync(makeTempFolder('outside'), winnowFolder(store.root));

    await expect(store.writer.clockMs(never)).rejects.toMatchObject(refused);
    await expect(store.writer.lock('run', never)).rejects.toMatchObject(refused);
    await expect(store.writer.noteUnlinked(RUN, [A], 1)).rejects.toMatchObject(refused);
  });

  test('to the root itself are what the user said', async () => {
    const store = storeWith(A);
    const name = join(makeTempFolder('name'), 'root');
    symlinkSync(store.root, name);
    const writer = onDiskWriter({
      root: name,
      name,
      dataPath: (digest) => join(name, 'data', hexOf(digest), 'data'),
    });

    expect(await writer.hide(RUN, [{ digest: A, sizeBytes: TEXT.length, notNewerThanMs: Date.now() }])).toEqual([
      'done',
    ]);
  });
});

test('leaves nothing of the clock and the lock behind', async () => {
  const store = storeWith();

  await store.writer.clockMs(never);
  const lock = await store.writer.lock('run', never);
  const locked = JSON.parse(readFileSync(join(winnowFolder(store.root), 'lock'), 'utf8'));
  await lock.release();

  expect(locked).toMatchObject({ holder: 'run', pid: process.pid, scope: `test:${store.root}` });
  expect(readdirSync(winnowFolder(store.root))).toEqual([]);
});

test('lets a lock be lost, and says so, when somebody else removes it', async () => {
  const root = makeTempFolder('store');
  const writer = onDiskWriter({ root, name: 'test:x', dataPath: () => root }, { lockTtlMs: 600 });
  const lock = await writer.lock('run', never);
  const lost = new Promise((resolve) => lock.lost.addEventListener('abort', resolve, { once: true }));

  rmSync(join(winnowFolder(root), 'lock'));
  await lost;

  expect(lock.lost.reason).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('test:x') });
  await lock.release();
});
