import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyPoint } from '../../flows/verify-contents.ts';
import { isDigest } from '../../oci/digest.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import { errnoOf } from '../../util/pure/system-failure.ts';

/** Where a verification of a storage came to: a file in the state directory, `fsck/<hash of the store's name>.json`. */
export interface VerifyPointFile {
  /** `undefined`: there is none, or it is not to be understood; then it begins anew. */
  read(): VerifyPoint | undefined;
  write(point: VerifyPoint): void;
  remove(): void;
}

export function verifyPointFile(stateDir: string, storeName: string): VerifyPointFile {
  const folder = join(stateDir, 'fsck');
  const path = join(folder, `${sha256Hex(storeName).slice(0, 32)}.json`);
  return {
    read: () => {
      try {
        return pointIn(JSON.parse(readFileSync(path, 'utf8')), storeName);
      } catch (thrown) {
        if (errnoOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return undefined;
        throw thrown;
      }
    },
    write: (point) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.new`, JSON.stringify({ store: storeName, ...point }));
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

function pointIn(value: unknown, storeName: string): VerifyPoint | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { store, after, blobs, sizeBytes, wrong } = value as Record<string, unknown>;
  if (store !== storeName || !isDigest(after) || !isCount(blobs) || !isCount(sizeBytes)) return undefined;
  if (!Array.isArray(wrong) || !wrong.every(isDigest)) return undefined;
  return { after, blobs, sizeBytes, wrong };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
