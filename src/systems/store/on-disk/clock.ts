import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { notWritable } from './failures.ts';
import { groundOf, writtenAtMs } from './ground.ts';
import { winnowFolder } from './winnow-folder.ts';

/**
 * The time by the storage's own clock, which wrote all times that it is compared with: that of a server elsewhere, for storage on
 * a network. UTC milliseconds. @throws STORE_NOT_WRITABLE
 */
export function storageClockMs(root: string): number {
  const folder = winnowFolder(root);
  groundOf(root).make(folder);
  const probe = join(folder, `clock-${randomUUID()}`);
  try {
    const handle = openSync(probe, 'wx');
    try {
      return writtenAtMs(fstatSync(handle));
    } finally {
      closeSync(handle);
      unlinkSync(probe);
    }
  } catch (failure) {
    throw notWritable('asking the storage for its time with', probe, failure);
  }
}
