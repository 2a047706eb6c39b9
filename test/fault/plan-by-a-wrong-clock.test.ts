import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshMarks } from '../../src/flows/fresh-mark.ts';
import { type DiskStore, diskStore, planDisk } from '../support/disk-store.ts';
import { digestOf } from '../support/push-image.ts';
import { applyToStore, storeRig } from '../support/store-rig.ts';
import { image } from '../support/store-world/index.ts';

const HOUR_MS = 3_600_000;

test.each([-120_000, 180_000, 7 * HOUR_MS])(
  'a saved plan by a clock that is off by %d ms takes no child of an index that was pushed since',
  async (offMs) => {
    const one = await diskStore({
      manifests: { A: image(['a']), U: image(['u']) },
      repositories: { app: { tags: { v1: 'A' }, untagged: ['U'] } },
    });
    const { built } = one;
    const policy = { minBlobAgeMs: HOUR_MS, graceMs: 2 * HOUR_MS, holdMs: 3 * HOUR_MS, deleteUntagged: true };
    const clock = { nowMs: () => Date.now() + offMs, asksStorage: false };
    const plan = { ...(await planDisk(one.store, 'run-1', policy, false, clock)), mark: undefined };
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const child = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: built.digest('U'), size: 1 };
    pushByHand(one, 'app', JSON.stringify({ schemaVersion: 2, mediaType, manifests: [child] }), Date.now() - 60_000);

    await applyToStore(storeRig(one.store), plan, {
      freshMarks: freshMarks(one.store, {}, Date.now),
      nowMs: Date.now,
      timing: { graceMs: 1, holdMs: 1, settleMs: 0, marginMs: 2000 },
    });

    expect(existsSync(built.revisionLink('app', 'U'))).toBe(true);
    const next = await planDisk(one.store, 'run-2', policy);
    expect(next.actions).toEqual([]);
  },
);

function pushByHand({ built }: DiskStore, repository: string, manifest: string, atMs: number): void {
  const digest = digestOf(manifest);
  const hex = digest.slice('sha256:'.length);
  const folder = join(built.root, 'blobs', 'sha256', hex.slice(0, 2), hex);
  mkdirSync(folder, { recursive: true });
  built.write(join(folder, 'data'), manifest, atMs);
  const manifests = join(built.repository(repository), '_manifests');
  for (const path of [`revisions/sha256/${hex}`, `tags/v2/index/sha256/${hex}`, 'tags/v2/current'])
    built.write(join(manifests, path, 'link'), digest, atMs);
}
