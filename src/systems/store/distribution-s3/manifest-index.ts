import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../../oci/digest.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { type IndexedLines, openLines } from './indexed-lines.ts';
import type { Names } from './names-in.ts';

/*
 * What manifests name, remembered between runs, so that a later run fetches only what is new. Content never changes under its digest,
 * so what was once read right stays right. A line for each:
 *
 *   <check> {"m":"sha256:…","n":[["layer","sha256:…"], …]}
 *
 * `check` is the beginning of the sha256 of what follows. A line that does not agree with it is passed over and its manifest is
 * fetched again. The file can be removed at any time. In memory there is no more of it than where the line of each manifest begins.
 */

export interface ManifestIndex {
  get(manifest: Digest): Names | undefined;
  add(manifest: Digest, names: Names): void;
  /** To be called when all manifests were asked for: what was not goes, once it is most of the file. */
  dropUnused(): Promise<void>;
  /** Writes what is new. */
  close(): Promise<void>;
}

const CHECK_LENGTH = 12;
const DIGEST_AT = CHECK_LENGTH + ' {"m":"'.length;
const DIGEST_LENGTH = 'sha256:'.length + 64;

/** What is new is written when it has become so much. */
const WRITTEN_AT_BYTES = 1024 * 1024;

/**
 * @param folder - Winnow's own, made if need be. `undefined`: nothing is remembered.
 * @param onWarning - told when it can't be written: the survey is not worse for it.
 */
export async function openManifestIndex(
  folder: string | undefined,
  storeName: string,
  onWarning?: (text: string) => void,
): Promise<ManifestIndex> {
  if (folder === undefined) return forgetful;
  const path = join(folder, fileName(storeName));
  const known = openLines(path, DIGEST_AT, DIGEST_AT + DIGEST_LENGTH);
  const used = new Set<number>();
  let added = '';
  let addedCount = 0;
  let writing: Promise<unknown> = Promise.resolve();
  let failure: unknown;

  /** In the order in which it was handed over; after a failure no more. */
  function write(): void {
    const text = added;
    added = '';
    writing = writing.then(async () => {
      if (failure !== undefined || text === '') return;
      try {
        await mkdir(folder as string, { recursive: true });
        // A line that was torn by a crash must not take the first of these with it.
        await appendFile(path, `\n${text}`, { mode: 0o600 });
      } catch (thrown) {
        failure = thrown;
      }
    });
  }

  return {
    get(manifest) {
      const number = known.indexOf(manifest);
      const names = number < 0 ? undefined : parseLine(manifest, known.line(number));
      if (names !== undefined) used.add(number);
      return names;
    },
    add(manifest, names) {
      added += lineOf(manifest, names);
      addedCount += 1;
      if (added.length >= WRITTEN_AT_BYTES) write();
    },
    async dropUnused() {
      write();
      await writing;
      if (failure !== undefined || known.size <= 2 * (used.size + addedCount)) return;
      await keepUsed(path, known, used).catch((thrown: unknown) => {
        failure = thrown;
      });
    },
    async close() {
      write();
      await writing;
      known.close();
      if (failure !== undefined) onWarning?.(`keeping the index of manifests ${path}: ${failureWords(failure)}`);
    },
  };
}

const nothing = async (): Promise<void> => undefined;
const forgetful: ManifestIndex = { get: () => undefined, add: () => undefined, dropUnused: nothing, close: nothing };

/** Writes the file anew, without the lines that were not used; what was added since it was opened stays. */
async function keepUsed(path: string, known: IndexedLines, used: ReadonlySet<number>): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  const all = openLines(path, DIGEST_AT, DIGEST_AT + DIGEST_LENGTH);
  try {
    await writeFile(draft, '', { mode: 0o600 });
    let text = '';
    for (let number = 0; number < all.size; number += 1) {
      const line = all.line(number);
      const isNew = all.startOf(number) >= known.endBytes;
      if (isNew || used.has(known.indexOf(digestIn(line)))) text += `${line}\n`;
      if (text.length < WRITTEN_AT_BYTES && number < all.size - 1) continue;
      await appendFile(draft, text);
      text = '';
    }
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  } finally {
    all.close();
  }
}

function fileName(storeName: string): string {
  return `s3-manifests-${createHash('sha256').update(storeName).digest('hex').slice(0, 16)}.ndjson`;
}

function lineOf(m: Digest, n: Names): string {
  const line = JSON.stringify({ m, n });
  return `${checkOf(line)} ${line}\n`;
}

function checkOf(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, CHECK_LENGTH);
}

function digestIn(text: string): string {
  return text.slice(DIGEST_AT, DIGEST_AT + DIGEST_LENGTH);
}

/** `undefined`: it is damaged. */
function parseLine(manifest: Digest, text: string): Names | undefined {
  const line = text.slice(CHECK_LENGTH + 1);
  if (digestIn(text) !== manifest || checkOf(line) !== text.slice(0, CHECK_LENGTH)) return undefined;
  return (JSON.parse(line) as { readonly n: readonly [ReferenceKind, Digest][] }).n;
}
