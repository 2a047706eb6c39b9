import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diskStore, missingOf, runOnDisk } from '../../test/support/disk-store.ts';
import { storeRig } from '../../test/support/store-rig.ts';
import { image, index } from '../../test/support/store-world/index.ts';

test.each([false, true])(
  'children of a sparse index that are there stay whole through all steps, and no step fails (untagged ones go: %s)',
  async (deleteUntagged) => {
    const disk = await diskStore({
      manifests: { A: image(['x', 'y']), B: image(['never']), I: index(['A', 'B']), U: image(['u', 'x']) },
      repositories: { app: { tags: { v1: 'I' }, absent: ['B'], untagged: ['U'], layers: ['o'] } },
    });
    const { built } = disk;

    const reports = await runOnDisk(storeRig(disk.store), 1, 3, { deleteUntagged });

    for (const { tally, undone } of reports)
      expect({ failed: tally.failed, undone }).toEqual({ failed: 0, undone: [] });
    expect(existsSync(built.data('o'))).toBe(false);
    expect(existsSync(built.data('u'))).toBe(!deleteUntagged);
    for (const manifest of ['I', 'A'])
      expect([built.data(manifest), built.revisionLink('app', manifest)].filter((path) => !existsSync(path))).toEqual(
        [],
      );
    expect(missingOf(disk, 'app', ['x', 'y', 'A.config'])).toEqual([]);
  },
);
