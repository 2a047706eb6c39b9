import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';
import { errnoOf, failureWords } from '../../../util/pure/system-failure.ts';
import type { Names } from './names-in.ts';

/*
 * What manifests name, remembered between runs, so that a later run fetches only what is new. Content never changes under its digest,
 * so what was once read right stays right. A line for each:
 *
 *   <check> {"m":"sha256:…","n":[["layer","sha256:…"], …]}
 *
 * `check` is the beginning of the sha256 of what follows. A line that does not agree with it is passed over and its manifest is
 * fetched again. The file can be removed at any time.
 */

export interface ManifestIndex {
  get(manifest: Digest): Names | undefined;
  add(manifest: Digest, names: Names): void;
  /**
   * Writes what is new. What is no longer used goes, once it is most of the file.
   * @param onWarning - told when it can't be written: the survey is not worse for it.
   */
  save(onWarning?: (text: string) => void): Promise<void>;
}

/** @param folder - Winnow's own, made if need be. `undefined`: nothing is remembered. */
export async function openManifestIndex(folder: string | undefined, storeName: string): Promise<ManifestIndex> {
  const path = folder === undefined ? undefined : join(folder, fileName(storeName));
  const known = path === undefined ? new Map<Digest, Names>() : await readLines(path);
  const used = new Map<Digest, Names>();
  const added = new Map<Digest, Names>();
  return {
    get(manifest) {
      const names = known.get(manifest);
      if (names !== undefined) used.set(manifest, names);
      return names;
    },
    add: (manifest, names) => void added.set(manifest, names),
    async save(onWarning) {
      if (folder === undefined || path === undefined) return;
      const isMostlyUnused = known.size > 2 * (used.size + added.size);
      try {
        await mkdir(folder, { recursive: true });
        if (isMostlyUnused) await replace(path, linesOf(used) + linesOf(added));
        else if (added.size > 0) await appendFile(path, linesOf(added), { mode: 0o600 });
      } catch (failure) {
        onWarning?.(`keeping the index of manifests ${path}: ${failureWords(failure)}`);
      }
    },
  };
}

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}

function fileName(storeName: string): string {
  return `s3-manifests-${createHash('sha256').update(storeName).digest('hex').slice(0, 16)}.ndjson`;
}

const CHECK_LENGTH = 12;

function linesOf(manifests: ReadonlyMap<Digest, Names>): string {
  let text = '';
  for (const [m, n] of manifests) {
    const line = JSON.stringify({ m, n });
    text += `${checkOf(line)} ${line}\n`;
  }
  // A line that was torn by a crash must not take the first of these with it.
  return `\n${text}`;
}

function checkOf(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, CHECK_LENGTH);
}

async function readLines(path: string): Promise<Map<Digest, Names>> {
  const known = new Map<Digest, Names>();
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return known;
    throw failure;
  }
  // Line by line from the bytes: the whole may be longer than a string can be.
  for (let from = 0; from < content.length; ) {
    const newline = content.indexOf(10, from);
    const end = newline < 0 ? content.length : newline;
    const entry = parseLine(content.toString('utf8', from, end));
    if (entry !== undefined) known.set(...entry);
    from = end + 1;
  }
  return known;
}

function parseLine(text: string): readonly [Digest, Names] | undefined {
  const line = text.slice(CHECK_LENGTH + 1);
  if (line === '' || checkOf(line) !== text.slice(0, CHECK_LENGTH)) return undefined;
  const { m, n } = JSON.parse(line) as { readonly m: unknown; readonly n: readonly [ReferenceKind, Digest][] };
  return isDigest(m) ? [m, n] : undefined;
}
