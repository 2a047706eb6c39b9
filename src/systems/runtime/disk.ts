import { statfs } from 'node:fs/promises';
import { messageOf } from '../../util/pure/coded-error.ts';
import type { ImageDisk } from './contract.ts';

/** A file system, measured where it is visible from here: in a pod it is only what was mounted. */
export async function diskAt(path: string, usedBytes?: number): Promise<ImageDisk> {
  const used = usedBytes === undefined ? {} : { usedBytes };
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    return { path, space: { capacityBytes: blocks * bsize, availableBytes: bavail * bsize }, ...used };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { path, unseen: messageOf(error), ...used };
  }
}
