import { beforeAll, expect, test } from 'vitest';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { label, snapshotPlaceContract, textAt } from '../../src/systems/snapshot-place/contract.suite.ts';
import { openSnapshotPlace } from '../../src/systems/snapshot-place/index.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { describeReal } from '../support/requirements.ts';
import { type Eyes, makeBucket } from '../support/s3-eyes.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';

const soon = () => AbortSignal.timeout(30_000);
let places = 0;

function open(address: string) {
  const surroundings = { openRegistry: (host: string, signal: AbortSignal) => openRegistry({ url: host }, signal) };
  return openSnapshotPlace(address, surroundings, soon());
}

describeReal('snapshots in a docker-registry', ['docker-registry'], () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });

  snapshotPlaceContract('a docker-registry', () => open(`oci://${registry.host}/winnow/snapshots:cluster-${++places}`));

  test('of several clusters lie side by side in one repository', async () => {
    const [eu, us] = [
      await open(`oci://${registry.host}/clusters:eu`),
      await open(`oci://${registry.host}/clusters:us`),
    ];

    await eu.write(['eu\n'], label, soon());
    await us.write(['us\n'], label, soon());

    expect([await textAt(eu), await textAt(us)]).toEqual(['eu\n', 'us\n']);
    await Promise.all([eu.close(), us.close()]);
  });
});

describeReal('snapshots in an S3-compatible bucket', SWIFT_PROGRAMS, () => {
  let swift: Swift;
  let eyes: Eyes;
  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
    eyes = await makeBucket(swift, 'snapshots', false);
  });
  const address = (key: string, bucket = eyes.bucket) =>
    `s3://${bucket}/${key}?endpoint=${swift.url}&region=${swift.region}`;

  snapshotPlaceContract('a bucket', () => open(address(`prod-${++places}.ndjson`)));

  test('are packed where the key says so', async () => {
    const place = await open(address('packed.ndjson.gz'));

    await place.write(['one\n'], label, soon());

    expect([...((await eyes.get('packed.ndjson.gz')) ?? [])].slice(0, 2)).toEqual([0x1f, 0x8b]);
    expect(await textAt(place)).toBe('one\n');
    await place.close();
  });

  test('can neither be read nor written where there is no bucket, and that is no missing snapshot', async () => {
    const place = await open(address('a.ndjson', 'no-such-bucket'));

    await expect(place.read(soon())).rejects.toMatchObject({
      code: 'SNAPSHOT_UNREADABLE',
      message: expect.stringContaining('reading the snapshot s3://no-such-bucket/a.ndjson'),
    });
    await expect(place.write(['x'], label, soon())).rejects.toMatchObject({ code: 'SNAPSHOT_UNWRITABLE' });
    await place.close();
  });
});
