import { beforeAll, describe } from 'vitest';
import { blobPath, layerLinkPath } from '../../src/oci/distribution-layout.ts';
import { storeWritingContract, type WritingGround } from '../../src/systems/store/contract-writing.suite.ts';
import { connectBucket } from '../../src/systems/store/distribution-s3/connection.ts';
import { bucketPlace } from '../../src/systems/store/distribution-s3/index.ts';
import { bucketOf } from '../../src/systems/store/distribution-s3/open-bucket.ts';
import { bucketStore } from '../../src/systems/store/distribution-s3/store.ts';
import { describeReal } from '../support/requirements.ts';
import { type Eyes, makeBucket } from '../support/s3-eyes.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';

const never = new AbortController().signal;
let swift: Swift;
let versioned: Eyes;
let plain: Eyes;
let grounds = 0;

describeReal('a store in an S3-compatible bucket', SWIFT_PROGRAMS, () => {
  beforeAll(async () => {
    swift = await startSwift();
    process.env['AWS_ACCESS_KEY_ID'] = swift.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = swift.secretAccessKey;
    versioned = await makeBucket(swift, 'versioned', true);
    plain = await makeBucket(swift, 'plain', false);
  });

  describe('with versions', () => {
    const traits = { layerLinks: true, quarantine: true };
    storeWritingContract('distribution-s3', traits, () => ground(versioned, traits, {}));
  });

  describe('without versions, with copies', () => {
    const traits = { layerLinks: true, quarantine: true };
    storeWritingContract('distribution-s3', traits, () => ground(plain, traits, { copyQuarantine: true }));
  });

  describe('without versions', () => {
    const traits = { layerLinks: true, quarantine: false };
    storeWritingContract('distribution-s3', traits, () => ground(plain, traits, {}));
  });
});

async function ground(
  eyes: Eyes,
  traits: WritingGround['traits'],
  more: { readonly copyQuarantine?: boolean },
): Promise<WritingGround> {
  grounds += 1;
  const prefix = `store-${grounds}`;
  const address = { kind: 'distribution-s3', bucket: eyes.bucket, prefix, endpoint: swift.url, ...more } as const;
  const place = await bucketPlace(bucketOf(await connectBucket(address)), address, never);
  const root = `${prefix}/docker/registry/v2`;
  const read = async (key: string) => {
    const bytes = await eyes.get(key);
    return bytes === undefined ? undefined : Buffer.from(bytes);
  };
  return {
    traits,
    open: () => bucketStore(place),
    putBlob: (digest, bytes) => eyes.put(blobPath(root, digest), bytes),
    blob: (digest) => read(blobPath(root, digest)),
    putLayerLink: (repository, digest) => eyes.put(layerLinkPath(root, repository, digest), digest),
    layerLink: async (repository, digest) => (await read(layerLinkPath(root, repository, digest)))?.toString(),
  };
}
