import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskTiming, noWaiting, planDisk } from '../../../../test/support/disk-store.ts';
import { applyToStore, type StoreRig, storeRig, undoOnStore } from '../../../../test/support/store-rig.ts';
import { image, index, listFiles } from '../../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { buildTrowStore } from '../../../../test/support/trow-store.ts';
import { freshMarks } from '../../../flows/fresh-mark.ts';
import { openTrowFiles } from './index.ts';

const signal = new AbortController().signal;

/** A store whose tag moved on from A to B, with an index beside it, something that nothing names, and an upload. */
async function openStory() {
  const built = buildTrowStore(makeTempFolder('trow'), {
    manifests: { A: image(['a', 'shared']), B: image(['b', 'shared']), C: image(['c']), I: index(['C']) },
    repositories: {
      'team/app': {
        latest: [
          ['A', '2024-01-01T00:00:00Z'],
          ['B', '2024-01-02T00:00:00Z'],
        ],
      },
      multi: { v1: 'I', '@C': 'C' },
    },
    orphans: ['orphan'],
    scratch: { 'an-upload': 10 },
  });
  const rig = storeRig(await openTrowFiles(built.dir));
  const blobs = () =>
    listFiles(join(built.dir, 'blobs/sha256'))
      .map((hex) => built.nameOf(`sha256:${hex}`))
      .sort();
  return { ...built, rig, blobs };
}

async function run(rig: StoreRig, id: string) {
  const plan = await planDisk(rig.store, id, noWaiting);
  const marks = freshMarks(rig.store, { historySinceMs: Date.now() }, Date.now);
  return applyToStore(rig, plan, { freshMarks: marks, nowMs: Date.now, timing: diskTiming });
}

test('runs clear away what no tag of a Trow needs, step by step, and leave the rest whole', async () => {
  const { rig, blobs, dir, blobPath } = await openStory();
  const needed = ['B', 'B.config', 'C', 'C.config', 'I', 'b', 'c', 'shared'];
  const going = ['A', 'A.config', 'a', 'orphan'];

  await run(rig, 'run-1');
  expect(blobs()).toEqual([...needed, ...going].sort());
  expect(existsSync(join(dir, 'scratch/an-upload'))).toBe(false);

  await run(rig, 'run-2');
  expect(blobs()).toEqual(needed);
  const states: string[] = [];
  for await (const { state, runId } of rig.store.pending(signal)) states.push(`${state} by ${runId}`);
  expect(states).toEqual(going.map(() => 'hidden by run-2'));

  await run(rig, 'run-3');
  expect(blobs()).toEqual(needed);
  for await (const left of rig.store.pending(signal)) throw new Error(`${left.digest} is left`);
  expect(existsSync(blobPath('B'))).toBe(true);
});

test('what a run hid comes back by undo', async () => {
  const { rig, blobs } = await openStory();
  const before = blobs();
  await run(rig, 'run-1');
  await run(rig, 'run-2');
  expect(blobs()).not.toEqual(before);

  await undoOnStore(rig, 'run-2');

  expect(blobs()).toEqual(before);
});

test('what is hidden comes back, and is not purged, where a tag names what can not be read', async () => {
  const { rig, blobs, writeReference } = await openStory();
  const before = blobs();
  await run(rig, 'run-1');
  await run(rig, 'run-2');

  writeReference('team/app', 'old', 'A', Date.now()); // its data is hidden, and what it names as well
  await run(rig, 'run-3');
  expect(blobs()).toEqual(before);

  await run(rig, 'run-4');
  await run(rig, 'run-5');
  expect(blobs()).toEqual(before.filter((name) => name !== 'orphan'));
});
