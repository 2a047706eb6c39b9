import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { uploadBlob } from '../../test/support/memory-store-world.ts';
import { noteBegun } from '../apply/store/unlink-note.ts';
import { pendingBlobs } from './pending-blobs.ts';

const { signal } = new AbortController();
const waits = { graceMs: 1000, holdMs: 5000 };

test('tells what a run had begun to unlink under the name of that run, as due at once', async () => {
  const store = createMemoryStore();
  const [begun, unlinked] = [uploadBlob(store.world, 'app', 'a'), uploadBlob(store.world, 'app', 'b')];
  await store.noteUnlinked('run-1', [unlinked], 100);
  await noteBegun(store, 'run-2', [begun], 200);

  const rows = await pendingBlobs(store, waits, signal);

  expect(rows).toEqual([
    { digest: begun, state: 'being-unlinked', runId: 'run-2', sinceMs: 200, sizeBytes: 0, dueAtMs: 200 },
    { digest: unlinked, state: 'unlinked', runId: 'run-1', sinceMs: 100, sizeBytes: 0, dueAtMs: 1100 },
  ]);
});
