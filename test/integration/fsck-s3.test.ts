import { beforeAll, expect, test } from 'vitest';
import { fsckStore } from '../../src/flows/fsck.ts';
import { plannedRepair } from '../../src/flows/repair.ts';
import { storeDiskUse } from '../../src/flows/store-disk-use.ts';
import { totalBytes } from '../../src/report/disk-use.ts';
import { openDistributionS3 } from '../../src/systems/store/distribution-s3/index.ts';
import { describeReal } from '../support/requirements.ts';
import { makeBucket, uploadFolder } from '../support/s3-eyes.ts';
import { type BuiltStore, buildStore, image, index, type StoreWorld } from '../support/store-world/index.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;

const world: StoreWorld = {
  manifests: { A: image(['x', 'y']), B: image(['x', 'z@sha512']), I: index(['A', 'B']) },
  repositories: { app: { tags: { v1: 'A', all: 'I' } }, 'team/tool': { tags: { v1: 'B' } } },
  orphans: ['o'],
};

describeReal('fsck and du of a storage in a bucket', SWIFT_PROGRAMS, () => {
  let swift: Swift;

  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
    await makeBucket(swift, 'registry', false);
  });

  async function open(prefix: string, harm: (built: BuiltStore) => void = () => undefined) {
    const built = buildStore(makeTempFolder('store'), world);
    harm(built);
    await uploadFolder(swift, 'registry', built.folder, `${prefix}/`);
    const address = { kind: 'distribution-s3', bucket: 'registry', prefix, endpoint: swift.url } as const;
    return { built, store: await openDistributionS3(address) };
  }

  test('a whole one is whole, and all its bytes are told', async () => {
    const { store, built } = await open('whole');

    const { damage, unseen, counts } = await fsckStore({ store, survey: {}, nowMs: Date.now }, never);
    const use = await storeDiskUse({ store, survey: {}, withTags: true, withLayers: true, nowMs: Date.now }, never);

    expect([damage, unseen]).toEqual([[], []]);
    expect(counts).toMatchObject({ repositories: 2, tags: 3, manifests: 4 });
    expect(use.storage).toMatchObject({
      unneededBytes: built.bytes('o').length,
      reclaimableBytes: built.bytes('o').length,
      hiddenBytes: 0,
    });
    expect(use.layers?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(totalBytes(use));
    await store.close();
  });

  test('what is missing is told: data, links, manifests', async () => {
    const { store, built } = await open('broken', (made) => {
      made.remove(made.data('y'));
      made.remove(made.layerLink('team/tool', 'x'));
      made.remove(made.revisionLink('app', 'B'));
    });

    const { damage } = await fsckStore({ store, survey: {}, nowMs: Date.now }, never);

    expect(damage.map(({ kind, repository, what, tags }) => [kind, repository, built.nameOf(what), tags])).toEqual([
      ['blob-without-data', 'app', 'y', ['all', 'v1']],
      ['link-missing', 'team/tool', 'x', ['v1']],
      ['child-missing', 'app', 'B', ['all']],
    ]);
    expect(plannedRepair(damage).steps).toMatchObject([{ do: 'link', repository: 'team/tool' }]);
    await store.close();
  });
});
