import { describe, expect, test } from 'vitest';
import { putImage } from '../../registry/memory/build.ts';
import { createMemoryRegistry } from '../../registry/memory/registry.ts';
import { label, snapshotPlaceContract, textAt } from '../contract.suite.ts';
import { ociPlace } from './index.ts';

const soon = () => AbortSignal.timeout(10_000);
const address = { host: 'registry.test', repository: 'winnow/snapshots', tag: 'prod-eu' };

snapshotPlaceContract('a registry', async () => ociPlace(address, createMemoryRegistry()));

describe('a snapshot in a registry', () => {
  test('is an artifact that says what it is, of which cluster, and when', async () => {
    const registry = createMemoryRegistry();

    const { digest } = await ociPlace(address, registry).write(['one\n'], label, soon());

    const manifest = await registry.manifest(address.repository, address.tag, soon());
    expect(manifest?.digest).toBe(digest);
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.winnow.snapshot.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      layers: [{ mediaType: 'application/vnd.winnow.snapshot.v1+gzip' }],
      annotations: {
        'org.opencontainers.image.created': '2026-08-01T00:00:00.000Z',
        'vnd.winnow.snapshot.cluster': 'prod-eu',
      },
    });
  });

  test('is never looked for in an image, nor is an image overwritten by one', async () => {
    const registry = createMemoryRegistry();
    putImage(registry.world, address.repository, { tags: [address.tag] });

    await expect(ociPlace(address, registry).read(soon())).rejects.toMatchObject({
      code: 'SNAPSHOT_OTHER_CONTENT',
      message: 'reading the snapshot oci://registry.test/winnow/snapshots:prod-eu: what the tag is on is no snapshot',
    });
  });

  test('whose layer is lost can not be read', async () => {
    const registry = createMemoryRegistry();
    const place = ociPlace(address, registry);
    await place.write(['one\n'], label, soon());
    const bytes = (await registry.manifest(address.repository, address.tag, soon()))?.bytes ?? [];
    const { layers } = JSON.parse(Buffer.from(bytes).toString()) as { layers: [{ digest: `sha256:${string}` }] };
    await registry.deleteBlob(address.repository, layers[0].digest, soon());

    await expect(textAt(place)).rejects.toMatchObject({
      code: 'SNAPSHOT_UNREADABLE',
      message: expect.stringContaining(`its layer ${layers[0].digest} is not there`),
    });
  });

  test('moves its tag last: what fails before that leaves the old one whole', async () => {
    const registry = createMemoryRegistry();
    const place = ociPlace(address, registry);
    await place.write(['old\n'], label, soon());
    registry.script.fail('putManifest', new Error('the registry went away'));

    await expect(place.write(['new\n'], label, soon())).rejects.toMatchObject({ code: 'SNAPSHOT_UNWRITABLE' });

    expect(await textAt(place)).toBe('old\n');
  });
});
