import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Digest } from '../../../oci/digest.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import type { OnDiskWriter } from './on-disk-writer.ts';
import { onDiskWriter } from './on-disk-writer.ts';
import { winnowFolder } from './winnow-folder.ts';

const never = new AbortController().signal;
const digest = (text: string): Digest => `sha256:${sha256Hex(text)}`;
const [A, B, C] = [digest('a'), digest('b'), digest('c')];

/** Each a process of its own, as far as the storage can tell. */
function processes(root = makeTempFolder('store')) {
  return { root, open: (): OnDiskWriter => onDiskWriter({ root, name: `test:${root}`, dataPath: () => root }) };
}

async function unlinked(writer: OnDiskWriter): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  for await (const one of writer.pending(never)) found.push(one.digest);
  return found.sort();
}

const sorted = (...digests: Digest[]) => digests.sort();

test('parts of a storage are worked on side by side, each by one', async () => {
  const { open } = processes();
  const parts = [1, 2, 3].map((index) => ({ index, count: 3 }));
  const locks = await Promise.all(parts.map((part) => open().lock(`part ${part.index}`, never, part)));

  await expect(open().lock('again', never, { index: 2, count: 3 })).rejects.toMatchObject({
    code: 'LEASE_HELD',
    message: expect.stringContaining('part 2'),
  });
  for (const lock of locks) expect(lock.lost.aborted).toBe(false);
  for (const lock of locks) await lock.release();
});

test('nobody works on the whole while somebody works on a part, nor on other parts that overlap', async () => {
  const { open } = processes();
  const part = await open().lock('the second', never, { index: 2, count: 3 });

  const held = { code: 'LEASE_HELD', message: expect.stringContaining('the second') };
  await expect(open().lock('all', never)).rejects.toMatchObject(held);
  await expect(open().lock('half', never, { index: 1, count: 2 })).rejects.toMatchObject(held);
  await part.release();
  await (await open().lock('all', never)).release();
});

test('nobody begins on a part while somebody works on the whole', async () => {
  const { open } = processes();
  const whole = await open().lock('all', never);
  const stop = new AbortController();
  const waiting = open().lock('part', stop.signal, { index: 1, count: 2 });
  let isIn = false;
  void waiting.then(
    () => {
      isIn = true;
    },
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isIn).toBe(false);

  await whole.release();
  await (await waiting).release();
});

test('what was noted of parts counts, and is taken over by who works on the whole next', async () => {
  const { root, open } = processes();
  const whole = open();
  const lock = await whole.lock('all', never);
  await whole.noteUnlinked('run-0', [A, B], 1000);
  await lock.release();

  for (const [index, note] of [A, C].entries()) {
    const writer = open();
    const held = await writer.lock('part', never, { index: index + 1, count: 2 });
    if (note === A) await writer.forget([A]);
    else await writer.noteUnlinked('run-1', [C], 2000);
    await held.release();
  }
  expect(await unlinked(open())).toEqual(sorted(B, C));
  const ledgers = () => readdirSync(winnowFolder(root)).filter((name) => name.startsWith('ledger'));
  expect(ledgers().sort()).toEqual(['ledger-1-of-2.ndjson', 'ledger-2-of-2.ndjson', 'ledger.ndjson']);

  const next = open();
  await (await next.lock('all', never)).release();
  expect(ledgers()).toEqual(['ledger.ndjson']);
  expect(await unlinked(next)).toEqual(sorted(B, C));
});

test('a death while they are taken over changes nothing: they are taken over once more', async () => {
  const { root, open } = processes();
  const writer = open();
  const part = await writer.lock('part', never, { index: 1, count: 2 });
  await writer.noteUnlinked('run-1', [A, B], 1000);
  await writer.forget([B]);
  await part.release();
  const file = join(winnowFolder(root), 'ledger-1-of-2.ndjson');
  const before = readFileSync(file);
  await (await open().lock('all', never)).release();
  writeFileSync(file, before); // as if it had died before it was removed

  expect(await unlinked(open())).toEqual([A]);
  await (await open().lock('all', never)).release();
  expect(await unlinked(open())).toEqual([A]);
});

test('another number of parts takes over what those before have noted', async () => {
  const { root, open } = processes();
  const writer = open();
  const part = await writer.lock('part', never, { index: 1, count: 2 });
  await writer.noteUnlinked('run-1', [A], 1000);
  await part.release();

  await (await open().lock('third', never, { index: 3, count: 3 })).release();
  expect(readdirSync(winnowFolder(root))).toEqual(['ledger.ndjson']);
  expect(await unlinked(open())).toEqual([A]);
});
