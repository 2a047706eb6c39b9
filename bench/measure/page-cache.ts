import { execFileSync } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';

const SWITCH = '/proc/sys/vm/drop_caches';

/** @throws Error where the system's cache can not be emptied: only root can, and only on Linux */
export function assertCanDropPageCache(): void {
  try {
    accessSync(SWITCH, constants.W_OK);
  } catch {
    throw new Error(`--cold: ${SWITCH} can not be written here. It takes Linux, and root; leave --cold out`);
  }
}

/** Empties the system's cache of files, folders and programs: what is asked next comes from the disk. */
export function dropPageCache(): void {
  execFileSync('sync');
  writeFileSync(SWITCH, '3');
}
