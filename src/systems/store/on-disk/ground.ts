import { lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import { elsewhere, inTheWay, notWritable } from './failures.ts';

/**
 * Folders below a store's root that were looked at and are what they seem: no symbolic link on the way, no other file system.
 * Whoever changes anything asks first. What it saw it remembers, so it is made anew for every piece of work.
 *
 * It guards against what an administrator did, once; not against somebody who changes folders into links meanwhile: who can do
 * that can write to the store himself.
 */
export interface Ground {
  /** The root's file system. */
  readonly device: number;
  /** Whether a folder is there. @throws STORE_NOT_WRITABLE naming what lies there instead, or on the way to it */
  has(folder: string): boolean;
  /** Makes a folder and those above it, where they are not there. @returns the folders that it made, the outermost first */
  make(folder: string): readonly string[];
}

/** @param root - absolute; it may be a link itself, since it was named by the user. @throws STORE_NOT_WRITABLE */
export function groundOf(root: string): Ground {
  const device = deviceOf(root);
  const seen = new Set([root]);

  function has(folder: string): boolean {
    if (seen.has(folder)) return true;
    if (folder.length <= root.length) throw new Error(`looking at ${folder}: it does not lie below ${root}`);
    if (!has(dirname(folder))) return false;
    const stat = lstatIfThere(folder);
    if (stat === undefined) return false;
    if (stat.isSymbolicLink()) throw inTheWay(folder, 'a symbolic link');
    if (!stat.isDirectory()) throw inTheWay(folder, 'no folder');
    if (stat.dev !== device) throw elsewhere(folder, root);
    seen.add(folder);
    return true;
  }

  function make(folder: string): readonly string[] {
    if (has(folder)) return [];
    const above = make(dirname(folder));
    try {
      mkdirSync(folder);
    } catch (failure) {
      if (errnoOf(failure) !== 'EEXIST') throw notWritable('making the folder', folder, failure);
    }
    has(folder); // another's may be there by now, or something else
    return [...above, folder];
  }

  return { device, has, make };
}

/** Of a path itself, not of what a link there leads to. Undefined: there is nothing. @throws STORE_NOT_WRITABLE */
export function lstatIfThere(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (failure) {
    throw notWritable('looking at', path, failure);
  }
}

/** As {@link lstatIfThere}, of a file. @throws STORE_NOT_WRITABLE when it is something else, a link above all */
export function fileIfThere(path: string): Stats | undefined {
  const stat = lstatIfThere(path);
  if (stat === undefined || stat.isFile()) return stat;
  throw inTheWay(path, stat.isSymbolicLink() ? 'a symbolic link' : 'no file');
}

/** When it was last written, in whole milliseconds: plans are text, and a fraction must not make a file newer than itself. */
export function writtenAtMs(stat: Stats): number {
  return Math.floor(stat.mtimeMs);
}

function deviceOf(root: string): number {
  try {
    return statSync(root).dev;
  } catch (failure) {
    throw notWritable('looking at', root, failure);
  }
}
