import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import type { PendingBlob } from '../../src/systems/store/contract.ts';
import { storeWriter } from '../../src/systems/store/distribution-fs/writer.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';
import { spawnTied } from '../support/child.ts';
import { describeMounting, runWithMounts } from '../support/own-mounts.ts';
import { bundle } from '../support/run-typescript.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const children = join(import.meta.dirname, '../support/children');

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

async function happen(accident: string): Promise<Readonly<Record<'broken' | 'repaired', Record<string, Told>>>> {
  const disk = makeTempFolder('disk');
  const program = await bundle(join(children, 'store-accident.ts'));
  const mountAndRun = 'mount -t tmpfs -o size=256k,mode=755 tmpfs "$1" && exec "$2" "$3" "$4" "$1"';
  const child = runWithMounts(mountAndRun, [disk, process.execPath, program, accident]);
  expect(child.stderr).toBe('');
  return JSON.parse(child.stdout);
}

const allWell = { clock: 'number', lock: 'released', note: 'noted', hide: 'done', isInPlace: false };

describeMounting('a store on a disk of its own', () => {
  test('on a full disk is left as it is, with the path and what to do, and goes on when there is room', async () => {
    const { broken, repaired } = await happen('full');

    const full = {
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringMatching(/\.winnow\S*: no space left on device$/),
      hint: expect.stringContaining('Free some space'),
    };
    expect(broken).toMatchObject({ lock: full, note: full, hide: full, isInPlace: true });
    expect(repaired).toMatchObject(allWell);
  });

  test('that is mounted read-only is left as it is, and says so', async () => {
    const { broken, repaired } = await happen('read-only');

    const readOnly = {
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringMatching(/: read-only file system$/),
      hint: expect.stringContaining('mounted read-only'),
    };
    for (const work of ['clock', 'lock', 'note', 'hide', 'unlink']) expect(broken[work]).toMatchObject(readOnly);
    expect(broken['isInPlace']).toBe(true);
    expect(repaired).toMatchObject({ ...allWell, unlink: 'done' });
  });

  test('that belongs to somebody else is left as it is, and says whose right is missing', async () => {
    const { broken, repaired } = await happen('forbidden');

    const forbidden = {
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringMatching(/: permission denied$/),
      hint: expect.stringContaining('as the user that the registry runs as'),
    };
    for (const work of ['clock', 'lock', 'note', 'hide', 'unlink']) expect(broken[work]).toMatchObject(forbidden);
    expect(broken['isInPlace']).toBe(true);
    expect(repaired).toMatchObject({ ...allWell, unlink: 'done' });
  });

  test.each(['other-file-system', 'same-file-system-mounted-twice'])(
    'whose blobs cannot be renamed into the quarantine (%s) keeps them: nothing is copied',
    async (accident) => {
      const { broken, repaired } = await happen(accident);

      expect(broken['hide']).toMatchObject({
        code: 'STORE_QUARANTINE_ELSEWHERE',
        message: expect.stringContaining('/blobs/sha256/ab'),
      });
      expect(broken['isInPlace']).toBe(true);
      expect(broken['walk']).toMatchObject({
        code: 'STORE_WALK_FAILED',
        message: expect.stringMatching(/\/blobs\/sha256\/ab: something else is mounted there$/),
      });
      expect(repaired).toMatchObject({ hide: 'done', walk: 'walked' });
    },
  );
});

test('loses no blob when it is killed again and again while it hides and restores', async () => {
  const root = makeTempFolder('store');
  const layoutRoot = storeRoot(root);
  const texts = new Map<Digest, string>();
  for (let n = 100; n < 200; n += 1) texts.set(`sha256:${sha256Hex(`blob ${n}`)}`, `blob ${n}`);
  for (const [digest, text] of texts) {
    mkdirSync(dirname(blobPath(layoutRoot, digest)), { recursive: true });
    writeFileSync(blobPath(layoutRoot, digest), text);
  }
  const program = await bundle(join(children, 'hide-and-restore.ts'));
  const writer = storeWriter({ root, layoutRoot, name: 'store' });
  let caughtInTheMiddle = 0;

  for (let round = 0; round < 12; round += 1) {
    await killedAfter(10 + round * 7, program, [root, '8', ...texts.keys()]);
    const hidden: PendingBlob[] = [];
    for await (const blob of writer.pending(new AbortController().signal)) hidden.push(blob);
    if (hidden.length > 0 && hidden.length < texts.size) caughtInTheMiddle += 1;
    const outcomes = await writer.restore(hidden);

    expect(outcomes).toEqual(hidden.map(() => 'done'));
    for (const [digest, text] of texts) {
      expect(readFileSync(blobPath(layoutRoot, digest), 'utf8')).toBe(text);
      expect(statSync(blobPath(layoutRoot, digest)).nlink).toBe(1);
    }
  }
  expect(caughtInTheMiddle).toBeGreaterThan(0);
});

async function killedAfter(ms: number, program: string, args: readonly string[]): Promise<void> {
  const child = spawnTied(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  await sleep(ms);
  child.kill('SIGKILL');
  await closed;
}
