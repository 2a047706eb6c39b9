import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import type { IntegratedRegistry } from './contract.ts';

const { signal } = new AbortController();

/** A small image for a registry: a manifest with a config and a layer. */
export interface SuiteImage {
  readonly manifest: { readonly mediaType: string; readonly bytes: Uint8Array };
  readonly digest: Digest;
  readonly config: { readonly digest: Digest; readonly bytes: Uint8Array };
  readonly layer: { readonly digest: Digest; readonly bytes: Uint8Array };
}

export function suiteImage(name: string): SuiteImage {
  const config = blob(JSON.stringify({ architecture: 'amd64', os: 'linux', name }));
  const layer = blob(`the layer of ${name}`);
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: config.digest, size: config.bytes.length },
      layers: [{ mediaType: mediaTypes.ociLayer, digest: layer.digest, size: layer.bytes.length }],
    }),
  );
  return { manifest: { mediaType: mediaTypes.ociManifest, bytes }, digest: digestOf(bytes), config, layer };
}

/** Pushes all of an image. */
export async function push(registry: IntegratedRegistry, repository: string, image: SuiteImage): Promise<void> {
  for (const { digest, bytes } of [image.config, image.layer])
    await registry.putBlob(repository, digest, bytes, signal);
  await registry.putManifest(repository, image.digest, image.manifest, signal);
}

/** What every integrated registry has to do. @param open - an empty one, each time */
export function integratedRegistryContract(name: string, open: () => Promise<IntegratedRegistry>): void {
  describe(`${name} as an integrated registry`, () => {
    const image = suiteImage(name);
    const ground = async () => {
      const registry = await open();
      await push(registry, 'shop/web', image);
      return registry;
    };

    test('it gives a manifest and a small blob as they were pushed', async () => {
      const registry = await ground();

      const manifest = await registry.manifest('shop/web', image.digest, signal);
      expect(manifest?.mediaType).toBe(image.manifest.mediaType);
      expect(Buffer.from(manifest?.bytes ?? [])).toEqual(image.manifest.bytes);
      const config = await registry.smallBlob('shop/web', image.config.digest, 4096, signal);
      expect(Buffer.from(config ?? [])).toEqual(image.config.bytes);
      expect(await registry.blobSize('shop/web', image.layer.digest, signal)).toBe(image.layer.bytes.length);
      await registry.close();
    });

    test('a blob that is larger than asked for is not given', async () => {
      const registry = await ground();

      expect(await registry.smallBlob('shop/web', image.config.digest, 4, signal)).toBeUndefined();
      await registry.close();
    });

    test('a manifest link goes once, and is absent then', async () => {
      const registry = await ground();

      expect(await registry.deleteManifestLink('shop/web', image.digest, signal)).toBe('deleted');
      expect(await registry.manifest('shop/web', image.digest, signal)).toBeUndefined();
      expect(await registry.deleteManifestLink('shop/web', image.digest, signal)).toBe('absent');
      await registry.close();
    });

    test('a layer link goes from one repository alone, and comes back by a mount from the other', async () => {
      const registry = await ground();
      await push(registry, 'shop/api', image);

      expect(await registry.deleteLayerLink('shop/web', image.layer.digest, signal)).toBe('deleted');
      expect(await registry.deleteLayerLink('shop/web', image.layer.digest, signal)).toBe('absent');
      expect(await registry.blobSize('shop/web', image.layer.digest, signal)).toBeUndefined();
      expect(await registry.blobSize('shop/api', image.layer.digest, signal)).toBe(image.layer.bytes.length);
      expect(await registry.mountBlob('shop/web', image.layer.digest, 'shop/api', signal)).toBe('mounted');
      expect(await registry.blobSize('shop/web', image.layer.digest, signal)).toBe(image.layer.bytes.length);
      await registry.close();
    });

    test('the data of a blob goes for all repositories, and can be pushed again', async () => {
      const registry = await ground();

      expect(await registry.deleteBlob(image.layer.digest, signal)).toBe('deleted');
      expect(await registry.deleteBlob(image.layer.digest, signal)).toBe('absent');
      expect(await registry.smallBlob('shop/web', image.layer.digest, 4096, signal)).toBeUndefined();
      await registry.putBlob('shop/web', image.layer.digest, image.layer.bytes, signal);
      expect(await registry.blobSize('shop/web', image.layer.digest, signal)).toBe(image.layer.bytes.length);
      await registry.close();
    });

    test('nothing can be mounted from where there is nothing', async () => {
      const registry = await ground();

      expect(await registry.mountBlob('shop/web', digestOf(Buffer.from('nowhere')), 'shop/other', signal)).toBe(
        'absent',
      );
      await registry.close();
    });

    test('it says that it deletes, and nothing goes by that', async () => {
      const registry = await ground();

      await registry.assertCanDelete('shop/web', signal);
      expect(await registry.manifest('shop/web', image.digest, signal)).toBeDefined();
      await registry.close();
    });

    test('content under a digest that is not its own is refused', async () => {
      const registry = await open();
      const other = digestOf(Buffer.from('other'));

      await expect(registry.putBlob('shop/web', other, image.layer.bytes, signal)).rejects.toMatchObject({
        code: 'INTEGRATED_REGISTRY_FAILED',
      });
      await expect(registry.putManifest('shop/web', other, image.manifest, signal)).rejects.toMatchObject({
        code: 'INTEGRATED_REGISTRY_FAILED',
      });
      await registry.close();
    });
  });
}

function blob(text: string) {
  const bytes = Buffer.from(text);
  return { digest: digestOf(bytes), bytes };
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
