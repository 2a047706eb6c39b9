import { beforeAll, describe, expect, test } from 'vitest';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { openStore, parseStoreAddress } from '../../src/systems/store/index.ts';
import { runOnDisk } from '../support/disk-store.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type PushedBlob, pushBlob, pushImage, pushIndex, pushReferrer } from '../support/push-image.ts';
import { brokenParts } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { type Eyes, makeBucket } from '../support/s3-eyes.ts';
import { skopeo } from '../support/skopeo.ts';
import { type StoreRig, storeRig, undoOnStore } from '../support/store-rig.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
let swift: Swift;

describeReal('A run beside Distribution 2.8 on S3', [...SWIFT_PROGRAMS, 'docker-registry', 'skopeo'], () => {
  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
  });

  describe.each([
    ['in a bucket with versions', 'versioned', true, ''],
    ['in a bucket without versions, with copies', 'plain', false, '&copyQuarantine=true'],
  ])('%s', (_, bucket, versions, more) => {
    let eyes: Eyes;
    let server: DockerRegistry;
    let rig: StoreRig;
    const kept = ['app:v1', 'app:multi', 'team/app:v1'];
    const dataOf = ({ digest }: { readonly digest: string }) =>
      `images/docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

    beforeAll(async () => {
      eyes = await makeBucket(swift, bucket, versions);
      server = await startDockerRegistry({ settings: { storage: storageIn(bucket) } });
      const image = await pushImage(server.url, 'app', { tag: 'v1', layers: ['base', 'code'] });
      const arm = await pushImage(server.url, 'app', { architecture: 'arm64', label: 'arm', layers: ['base', 'arm'] });
      await pushIndex(server.url, 'app', [image, { ...arm, architecture: 'arm64' }], { tag: 'multi' });
      await pushReferrer(server.url, 'app', image);
      await pushImage(server.url, 'team/app', { tag: 'v1', layers: ['base'] });
      const store = await openStore(parseStoreAddress(`s3://${bucket}/images?endpoint=${swift.url}${more}`), {}, never);
      const replicas = [await openRegistry({ url: server.url }, never)];
      rig = storeRig(store, { replicas, cache: await openDescriptorCache('none') });
    });

    test('what no manifest names goes in three runs, and nothing else', async () => {
      const garbage = await pushBlob(server.url, 'app', 'nobody needs this');
      await pushBlob(server.url, 'team/app', 'nobody needs this');
      const before = await eyes.keys('images/docker/');

      const reports = await runOnDisk(rig, 1, 3);

      expect(reports.map(({ undone }) => undone)).toEqual([[], [], []]);
      const after = await eyes.keys('images/docker/');
      expect(before.filter((key) => !after.includes(key)).sort()).toEqual(
        before.filter((key) => key.includes(garbage.digest.slice(7))).sort(),
      );
      expect(await eyes.keys('images/.winnow/hidden')).toEqual([]);
      expect(await eyes.keys('images/.winnow/quarantine')).toEqual([]);
      expect(await brokenParts(server.url, kept)).toEqual([]);
    });

    test('what was hidden is brought back by undo', async () => {
      const garbage = await pushBlob(server.url, 'app', 'to be missed');
      await runOnDisk(rig, 11, 2, { holdMs: 3_600_000 });
      expect(await eyes.get(dataOf(garbage))).toBeUndefined();

      const undone = [await undoOnStore(rig, 'run-12'), await undoOnStore(rig, 'run-11')];

      expect(undone.flatMap(({ problems }) => problems)).toEqual([]);
      expect(Buffer.from((await eyes.get(dataOf(garbage))) ?? '').toString()).toBe('to be missed');
      expect((await fetch(`${server.url}/v2/app/blobs/${garbage.digest}`)).status).toBe(200);
    });

    // How data is hidden makes no difference to a client: once is enough.
    if (versions) return;
    test('an image whose layers were just collected can be pushed by skopeo, and pulled again', async () => {
      const folder = makeTempFolder('images');
      const image = await pushImage(server.url, 'later', { tag: 'v1', layers: ['base', 'only here'] });
      await skopeo('copy', `docker://${server.host}/later:v1`, `oci:${folder}:v1`);
      await fetch(`${server.url}/v2/later/manifests/${image.digest}`, { method: 'DELETE' });
      await runOnDisk(rig, 21, 3);
      const [base, own] = image.layers as [PushedBlob, PushedBlob];
      expect(await eyes.get(dataOf(base))).toBeDefined();
      expect(await eyes.get(dataOf(own))).toBeUndefined();

      await skopeo('copy', `oci:${folder}:v1`, `docker://${server.host}/later:v1`);

      await skopeo('copy', `docker://${server.host}/later:v1`, `oci:${makeTempFolder('pulled')}:v1`);
      expect(await brokenParts(server.url, [...kept, 'later:v1'])).toEqual([]);
    });
  });
});

function storageIn(bucket: string): object {
  return {
    s3: {
      accesskey: swift.accessKeyId,
      secretkey: swift.secretAccessKey,
      region: swift.region,
      regionendpoint: swift.url,
      bucket,
      secure: false,
      v4auth: true,
      rootdirectory: '/images',
    },
    delete: { enabled: true },
    redirect: { disable: true },
    maintenance: { uploadpurging: { enabled: false } },
  };
}
