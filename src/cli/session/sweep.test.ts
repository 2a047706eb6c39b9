import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../../test/support/memory-store.ts';
import { putManifestBytes, uploadBlob } from '../../../test/support/memory-store-world.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { newReferences } from '../../apply/store/new-references.ts';
import type { StoreMarkHeader } from '../../flows/store-mark.ts';
import { states } from '../../systems/state/index.ts';
import type { Store } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { makeMark } from './make-mark.ts';
import { writeMarkFile } from './mark-file.ts';
import type { Session } from './session.ts';
import { sweepOf } from './sweep.ts';

const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

/** On a machine whose clock is off from the storage's. */
function sessionOf({ world }: MemoryStore, offMs: number) {
  const warnings: string[] = [];
  const terminal = { nowMs: () => world.clock.now() + offMs, signal, progress: 'none' };
  const settings = {
    store: {},
    stateDir: makeTempFolder('state'),
    hardPrune: { deleteUntagged: false, minBlobAgeMs: 0, graceMs: 0, holdMs: 0, uploadAgeMs: 0, maxDropShare: 1 },
    plan: { expiresAfterMs: 24 * HOUR_MS },
  };
  const warn = (_: string, { why }: { readonly why: string }) => void warnings.push(why);
  const state = states.memory();
  const session = { terminal, settings, log: { info: () => undefined, warn }, state: async () => state };
  return { warnings, session: session as unknown as Session };
}

function appStore(): MemoryStore {
  const store = createMemoryStore();
  putManifestBytes(store.world, 'app', Buffer.from('{"schemaVersion":2,"layers":[]}'), ['v1']);
  uploadBlob(store.world, 'app', 'what nothing needs');
  return store;
}

/** Whoever makes the mark sees `seen`, which may be less than all of the store. */
async function markedBy(store: MemoryStore, offMs: number, seen: Store = store) {
  const { session, warnings } = sessionOf(store, offMs);
  const file = join(makeTempFolder('mark'), 'mark');
  await writeMarkFile(file, await makeMark(session, seen));
  const header = JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '') as StoreMarkHeader;
  return { file, warnings, header };
}

/** When the mark began, to one whose clock is off as well; he asks the storage for its time, or in a dry run does not. */
async function beganAtMs(store: MemoryStore, file: string, offMs = 0, isDryRun = false): Promise<number> {
  const aheadMs = isDryRun ? 0 : -offMs;
  const { shared } = await sweepOf(sessionOf(store, offMs).session, store, { mark: file, shard: '1/2' }, aheadMs);
  return shared?.mark.beganAtMs ?? Number.NaN;
}

describe('a mark that was made where the clock is', () => {
  test.each([
    ['an hour ahead', HOUR_MS],
    ['an hour behind', -HOUR_MS],
    ['that of the storage', 0],
  ])('%s began when it did by the storage, to whoever takes it', async (_, offMs) => {
    const store = appStore();
    const beforeMs = store.world.clock.now();
    const { file } = await markedBy(store, offMs);
    const afterMs = store.world.clock.now();

    const began = [
      await beganAtMs(store, file),
      await beganAtMs(store, file, 10 * 60_000),
      await beganAtMs(store, file, -10 * 60_000),
      await beganAtMs(store, file, 10 * 60_000, true),
    ];

    expect(new Set(began).size).toBe(1);
    expect(began[0]).toBeGreaterThanOrEqual(beforeMs);
    expect(began[0]).toBeLessThan(afterMs);
  });

  test('an hour ahead does not hide what is pushed before the sweep', async () => {
    const store = appStore();
    const { file } = await markedBy(store, HOUR_MS);
    store.world.clock.forward(HOUR_MS / 2);
    const pushed = putManifestBytes(
      store.world,
      'app',
      Buffer.from('{"schemaVersion":2,"layers":[],"annotations":{}}'),
    );

    const seen: string[] = [];
    for await (const { digest } of newReferences(store, await beganAtMs(store, file), signal)) seen.push(digest);

    expect(seen).toEqual([pushed]);
  });
});

describe('a mark of a storage whose time its maker could not ask', () => {
  const unable = (store: MemoryStore, failure: Error): Store => ({ ...store, clockMs: () => Promise.reject(failure) });

  test.each(['STORE_NOT_WRITABLE', 'STORE_QUARANTINE_ELSEWHERE', 'STORE_WALK_FAILED'])(
    'is made all the same (%s), says so, and is taken with a minute for clocks',
    async (code) => {
      const store = appStore();
      const failure = new CodedError(code, 'asking the storage for its time: it is mounted read-only');
      const { file, header, warnings } = await markedBy(store, 7, unable(store, failure));

      expect(header).not.toHaveProperty('aheadMs');
      expect(warnings).toEqual([failure.message]);
      expect(await beganAtMs(store, file, 300)).toBe(header.madeAtMs - 300 - 60_000);
    },
  );

  test('is not made when that failed for another reason', async () => {
    const store = appStore();
    const { session } = sessionOf(store, 0);
    const failure = new TypeError('a bug');
    await expect(makeMark(session, unable(store, failure))).rejects.toBe(failure);
  });
});
