import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { clusterFailure } from '../errors.ts';
import { readIgnored } from './ignore-file.ts';
import { isReadable } from './read-file.ts';

/** A file to be read, or why something can't be. */
export type FoundFile =
  | { readonly path: string; readonly problem?: undefined }
  | { readonly path: string; readonly problem: string };

/** What belongs to the tools around a repository, and is never applied to a cluster. */
const toolFolders: ReadonlySet<string> = new Set(['.git', '.github', '.gitlab', '.vscode', '.idea', 'node_modules']);

/**
 * The files of a folder, at any depth, in order of their names; or the one file. Each is given once, however many links lead to it. A link
 * that leads out of the folder is a problem: what lies there is not read.
 *
 * @throws CLUSTER_SETTINGS_INVALID where there is nothing, or it can't be looked at
 */
export async function* listFiles(path: string, signal: AbortSignal): AsyncGenerator<FoundFile> {
  let root: string;
  let isFolder: boolean;
  try {
    root = await realpath(path);
    isFolder = (await stat(root)).isDirectory();
  } catch (error) {
    throw clusterFailure('CLUSTER_SETTINGS_INVALID', `reading the manifests ${path}: ${failureWords(error)}`, {
      cause: error,
    });
  }
  if (!isFolder) {
    yield { path };
    return;
  }
  const isIgnored = await readIgnored(root);
  yield* walk(root, { root, isIgnored, seen: new Set([root]), signal });
}

interface Walk {
  readonly root: string;
  readonly isIgnored: (relativePath: string) => boolean;
  /** Real paths, so that links in a circle end. */
  readonly seen: Set<string>;
  readonly signal: AbortSignal;
}

async function* walk(folder: string, context: Walk): AsyncGenerator<FoundFile> {
  context.signal.throwIfAborted();
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    yield { path: folder, problem: failureWords(error) };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (context.isIgnored(relative(context.root, path))) continue;
    if (entry.isSymbolicLink()) yield* followLink(path, context);
    else if (entry.isDirectory()) yield* enter(path, path, context);
    else if (entry.isFile()) yield* give(path, path, context);
  }
}

async function* enter(path: string, real: string, context: Walk): AsyncGenerator<FoundFile> {
  const name = path.slice(path.lastIndexOf(sep) + 1);
  if (toolFolders.has(name) || context.seen.has(real)) return;
  context.seen.add(real);
  yield* walk(path, context);
}

function* give(path: string, real: string, { seen }: Walk): Generator<FoundFile> {
  if (!isReadable(path) || seen.has(real)) return;
  seen.add(real);
  yield { path };
}

async function* followLink(path: string, context: Walk): AsyncGenerator<FoundFile> {
  try {
    const real = await realpath(path);
    const target = await stat(real);
    const isInside = real.startsWith(`${context.root}${sep}`) || real === context.root;
    if (!isInside) {
      if (target.isDirectory() || isReadable(path)) yield { path, problem: `it is a link that leads out, to ${real}` };
    } else if (target.isDirectory()) yield* enter(path, real, context);
    else if (target.isFile()) yield* give(path, real, context);
  } catch (error) {
    context.signal.throwIfAborted();
    yield { path, problem: failureWords(error) };
  }
}
