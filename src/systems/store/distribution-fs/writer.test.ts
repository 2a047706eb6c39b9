import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { blobPath, layerLinkPath, storeRoot } from '../../../oci/distribution-layout.ts';
import { storeWritingContract } from '../contract-writing.suite.ts';
import { storeWriter } from './writer.ts';

const traits = { layerLinks: true, quarantine: true };

storeWritingContract('distribution-fs', traits, async () => {
  const root = makeTempFolder('store');
  const layoutRoot = storeRoot(root);
  mkdirSync(join(layoutRoot, 'blobs'), { recursive: true });
  mkdirSync(join(layoutRoot, 'repositories'));
  return {
    traits,
    open: () => storeWriter({ root, layoutRoot, name: `distribution-fs:${root}` }),
    putBlob: async (digest, bytes) => put(blobPath(layoutRoot, digest), bytes),
    blob: async (digest) => readIfThere(blobPath(layoutRoot, digest)),
    putLayerLink: async (repository, digest) => put(layerLinkPath(layoutRoot, repository, digest), digest),
    layerLink: async (repository, digest) => readIfThere(layerLinkPath(layoutRoot, repository, digest))?.toString(),
  };
});

function put(path: string, bytes: Uint8Array | string): number {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return Math.floor(statSync(path).mtimeMs);
}

function readIfThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
