import { appendFileSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Digest } from '../../../oci/digest.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { openLedger, unlinkedBlobs } from './ledger.ts';
import { ledgerPath, winnowFolder } from './winnow-folder.ts';

const digest = (n: number): Digest => `sha256:${sha256Hex(String(n))}`;
const digests = (count: number): readonly Digest[] => Array.from({ length: count }, (_, n) => digest(n));
const SINCE = { runId: 'run', atMs: 1000 };

test('cuts off a torn last line, and goes on after the whole ones', async () => {
  const root = makeTempFolder('ledger');
  await openLedger(root).noteUnlinked([digest(1)], SINCE);
  appendFileSync(ledgerPath(root), '{"unlinked":["sha256:12');

  expect([...(await unlinkedBlobs(root)).keys()]).toEqual([digest(1)]);
  expect(readFileSync(ledgerPath(root), 'utf8')).toMatch(/12$/); // reading changes nothing
  await openLedger(root).noteUnlinked([digest(2)], SINCE);

  expect([...(await unlinkedBlobs(root)).keys()]).toEqual([digest(1), digest(2)]);
});

test.each(['not JSON', '{"unlinked":["sha256:12"],"atMs":1,"runId":"run"}', '{"unlinked":[]}', '[]', '\0\0\0'])(
  'is damaged when %j stands between its lines',
  async (line) => {
    const root = makeTempFolder('ledger');
    await openLedger(root).noteUnlinked([digest(1)], SINCE);
    const whole = readFileSync(ledgerPath(root), 'utf8');
    writeFileSync(ledgerPath(root), `${whole}${line}\n${whole}`);
    const damaged = { code: 'STORE_LEDGER_DAMAGED', message: expect.stringContaining(`${ledgerPath(root)}: line 2`) };

    await expect(unlinkedBlobs(root)).rejects.toMatchObject(damaged);
    await expect(openLedger(root).forget([digest(1)])).rejects.toMatchObject(damaged);
  },
);

test('writes one line for a thousand blobs, and none for what it did not know', async () => {
  const root = makeTempFolder('ledger');
  const ledger = openLedger(root);

  await ledger.noteUnlinked(digests(2500), SINCE);
  await ledger.forget([digest(9000)]);

  expect(readFileSync(ledgerPath(root), 'utf8').split('\n')).toHaveLength(4);
  expect((await unlinkedBlobs(root)).size).toBe(2500);
});

test('does not grow for ever: what is dead is left out when most is', async () => {
  const root = makeTempFolder('ledger');
  const ledger = openLedger(root);
  const many = digests(3000);
  await ledger.noteUnlinked([digest(-1)], SINCE);
  for (let round = 0; round < 8; round += 1) {
    await ledger.noteUnlinked(many, { runId: `run-${round}`, atMs: round });
    await ledger.forget(many);
  }
  await openLedger(root).noteUnlinked([digest(-2)], { runId: 'last', atMs: 9 });

  expect(readFileSync(ledgerPath(root)).length).toBeLessThan(10_000 * 75);
  expect([...(await unlinkedBlobs(root))]).toEqual([
    [digest(-1), SINCE],
    [digest(-2), { runId: 'last', atMs: 9 }],
  ]);
});

test('sees what another wrote between its own calls', async () => {
  const root = makeTempFolder('ledger');
  const [one, other] = [openLedger(root), openLedger(root)];
  await one.noteUnlinked([digest(1)], SINCE);
  await other.noteUnlinked([digest(2)], SINCE);

  await one.forget([digest(2)]);

  expect([...(await unlinkedBlobs(root)).keys()]).toEqual([digest(1)]);
});

test('goes on after a write that failed', async () => {
  const root = makeTempFolder('ledger');
  const ledger = openLedger(root);
  mkdirSync(ledgerPath(root), { recursive: true });

  const failures = await Promise.allSettled([
    ledger.noteUnlinked([digest(1)], SINCE),
    ledger.noteUnlinked([digest(2)], SINCE),
  ]);
  rmdirSync(ledgerPath(root));
  await ledger.noteUnlinked([digest(3)], SINCE);

  for (const failure of failures)
    expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'STORE_NOT_WRITABLE' } });
  expect([...(await unlinkedBlobs(root)).keys()]).toEqual([digest(3)]);
});

test('is not written through a symbolic link', async () => {
  const root = makeTempFolder('ledger');
  const elsewhere = join(makeTempFolder('elsewhere'), 'file');
  writeFileSync(elsewhere, '');
  mkdirSync(winnowFolder(root));
  symlinkSync(elsewhere, ledgerPath(root));

  await expect(openLedger(root).noteUnlinked([digest(1)], SINCE)).rejects.toMatchObject({
    code: 'STORE_NOT_WRITABLE',
    message: expect.stringContaining('it is a symbolic link'),
  });
  expect(readFileSync(elsewhere, 'utf8')).toBe('');
});
