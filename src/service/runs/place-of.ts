import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../../util/pure/system-failure.ts';

/**
 * The name of a state directory: `host-a:/var/lib/winnow (3f9c1a)`. It lies in `service/place` below it, and stays what it was at first, so
 * that replicas which share the directory have it in common, and a replica that was given an empty one does not take it for its old one.
 */
export async function placeOf(stateDir: string): Promise<string> {
  const folder = join(stateDir, 'service');
  const path = join(folder, 'place');
  const name = `${hostname()}:${stateDir} (${randomBytes(3).toString('hex')})`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, `${name}\n`, { flag: 'wx', mode: 0o600 });
    return name;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return (await readFile(path, 'utf8')).trim();
  }
}
