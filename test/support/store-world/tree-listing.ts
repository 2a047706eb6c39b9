import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * All that lies below a folder, itself included, a line each, sorted: path, mode, inode, hard links, length, time of writing to the
 * nanosecond, and the content's hash. Two listings are equal when nothing was changed, not even for a moment (but for times of access).
 */
export function listTree(folder: string): readonly string[] {
  return ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].sort().map((path) => {
    const place = join(folder, path);
    const { mode, ino, nlink, size, mtimeNs, ctimeNs } = lstatSync(place, { bigint: true });
    return `${path} ${mode.toString(8)} ${ino} ${nlink} ${size} ${mtimeNs} ${ctimeNs} ${contentOf(place)}`;
  });
}

/** Names of all files below a folder, relative to it, sorted: for tests that say what is left. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Folders below a folder, deepest first, and itself last. */
export function foldersBelow(folder: string): readonly string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return [...found.sort((a, b) => b.length - a.length), folder];
}

function contentOf(path: string): string {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '-';
}
