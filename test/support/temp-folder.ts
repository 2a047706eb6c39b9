import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd, atProcessExit } from './at-end.ts';

/**
 * A fresh folder, gone with all that is in it when the test file is done.
 *
 * @param name - part of its name, to tell whose it is
 * @param parent - default: the system's temporary folder; made if need be
 */
export function makeTempFolder(name = 'folder', parent: string = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `winnow-${name}-`));
  const forget = atProcessExit(remove);
  atEnd(() => {
    remove();
    forget();
  });
  return folder;

  function remove(): void {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
