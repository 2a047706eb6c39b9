import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DIGEST_WORDS } from '../../../evidence/digest-words.ts';
import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import { Growable } from '../../../util/pure/growable.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { ManifestPages, readPages } from './manifest-pages.ts';
import type { RepositoriesFound } from './tasks.ts';

/*
 * What manifests name, kept between surveys: content never changes under its digest. It is a cache: anything odd about the file, and it
 * is as if there were none. 32 bit words in the byte order of the machine:
 *
 *   magic (4 words)   number of digests   number of page words
 *   digests           8 words each
 *   pages             see manifest-pages.ts; what they number are the digests above
 *   sha256 of all that stands before (8 words)
 *
 * Only what can be told by such numbers is kept: manifests that name something that is not in the store, or by another algorithm, are
 * read anew each time.
 */
const MAGIC = Buffer.from('winnow-manif-01\n', 'latin1');
const MAGIC_WORDS = 4;
const HEAD_WORDS = MAGIC_WORDS + 2;
const HASH_BYTES = 32;

export interface ManifestIndex {
  /** A 32 bit word for each blob of the store: 1 for a manifest that {@link pages} tell of. */
  readonly known: SharedArrayBuffer;
  readonly pages: Int32Array;
}

/** What was read in this survey. */
export type FreshPages = Pick<RepositoriesFound, 'manifests' | 'incomplete'>;

/** @param storeName - kind and place of the store */
export function indexFile(indexDir: string, storeName: string): string {
  return join(indexDir, `${sha256Hex(storeName).slice(0, 32)}.manifests`);
}

/** `undefined`: there is none, or it is damaged, or of another time. */
export async function readIndex(file: string, blobs: ShardedDigests): Promise<ManifestIndex | undefined> {
  const words = await readChecked(file);
  if (words === undefined) return undefined;
  const digestCount = words[MAGIC_WORDS] as number;
  const pagesAt = HEAD_WORDS + digestCount * DIGEST_WORDS;
  const pageWords = words[MAGIC_WORDS + 1] as number;
  if (pagesAt + pageWords + HASH_BYTES / 4 !== words.length) return undefined;
  const numbers = new Int32Array(digestCount);
  for (let n = 0; n < digestCount; n += 1) numbers[n] = blobs.indexOfWords(words, HEAD_WORDS + n * DIGEST_WORDS);
  return renumber(new Int32Array(words.buffer, words.byteOffset + pagesAt * 4, pageWords), numbers, blobs.size);
}

async function readChecked(file: string): Promise<Uint32Array | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return undefined; // without an index all is read, which is slower and no less right
  }
  const end = bytes.byteLength - HASH_BYTES;
  if (end < HEAD_WORDS * 4 || bytes.byteLength % 4 !== 0 || bytes.byteOffset % 4 !== 0) return undefined;
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) return undefined;
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Manifests that are gone, or name what is gone, are left out. */
function renumber(pages: Int32Array, numbers: Int32Array, blobCount: number): ManifestIndex {
  const known = new SharedArrayBuffer(blobCount * 4);
  const isKnown = new Int32Array(known);
  readPages(pages, {
    manifest: (from) => {
      const blob = numbers[from] as number;
      if (blob >= 0) isKnown[blob] = 1;
    },
    name: (from, to) => {
      const blob = numbers[from] as number;
      if (blob >= 0 && (numbers[to] as number) < 0) isKnown[blob] = 0;
    },
  });
  return {
    known,
    pages: rewritten(
      pages,
      (n) => numbers[n] as number,
      (blob) => blob >= 0 && isKnown[blob] !== 0,
    ),
  };
}

/**
 * Keeps what is known by now, where anything is new; written beside its place, and renamed there.
 *
 * @param isUsed - whether a repository has a manifest: others are forgotten.
 * @param onWarning - told when it can't be written: the survey is not worse for it.
 */
export async function keepIndex(
  file: string,
  blobs: ShardedDigests,
  index: ManifestIndex | undefined,
  fresh: readonly FreshPages[],
  isUsed: (blob: number) => boolean,
  onWarning?: (text: string) => void,
): Promise<void> {
  const incomplete = new Set(fresh.flatMap((found) => found.incomplete));
  const isKept = (blob: number) => isUsed(blob) && !incomplete.has(blob);
  const isNew = fresh.some(({ manifests }) => tellsOf(manifests, isKept));
  if (!isNew) return;
  const pages = [...(index === undefined ? [] : [index.pages]), ...fresh.map(({ manifests }) => manifests)];
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeWithHash(draft, partsOf(blobs, pages, isKept));
    await rename(draft, file);
  } catch (failure) {
    await rm(draft, { force: true }).catch(() => undefined); // what is left of it is told with what went wrong
    onWarning?.(`keeping the index of manifests ${file}: ${failureWords(failure)}`);
  }
}

function tellsOf(pages: Int32Array, isKept: (blob: number) => boolean): boolean {
  let found = false;
  const manifest = (blob: number) => {
    found ||= isKept(blob);
  };
  readPages(pages, { manifest, name: () => undefined });
  return found;
}

/** Numbers from 0 on for those blobs that are spoken of. */
class Numbering {
  readonly #blobs = new Growable((length) => new Uint32Array(length));
  readonly #numbers: Int32Array;

  constructor(blobCount: number) {
    this.#numbers = new Int32Array(blobCount).fill(-1);
  }

  /** In the order of their numbers. */
  get blobs(): Uint32Array {
    return this.#blobs.view();
  }

  of(blob: number): number {
    const known = this.#numbers[blob] as number;
    if (known >= 0) return known;
    const number = this.#blobs.length;
    this.#blobs.push(blob);
    this.#numbers[blob] = number;
    return number;
  }
}

/** Pages with other numbers; those of manifests that are not kept are left out. */
function rewritten(
  from: Int32Array,
  numberOf: (n: number) => number,
  isKept: (number: number) => boolean,
  write: (number: number) => number = (number) => number,
): Int32Array {
  const pages = new ManifestPages();
  let isWanted = false;
  readPages(from, {
    manifest: (n, sizeBytes) => {
      isWanted = isKept(numberOf(n));
      if (isWanted) pages.begin(write(numberOf(n)), sizeBytes);
    },
    name: (_, to, kind) => {
      if (isWanted) pages.name(write(numberOf(to)), kind);
    },
  });
  return pages.finish();
}

/** Digests that are written at a time: 256 KiB. */
const DIGESTS_AT_A_TIME = 8192;

/** The file but its hash, piece by piece: the evidence lies in memory, too, while it is written. */
function* partsOf(
  blobs: ShardedDigests,
  pages: readonly Int32Array[],
  isKept: (blob: number) => boolean,
): Generator<Uint8Array> {
  const numbering = new Numbering(blobs.size);
  const written = pages.map((page) =>
    rewritten(
      page,
      (blob) => blob,
      isKept,
      (blob) => numbering.of(blob),
    ),
  );
  const pageWords = written.reduce((sum, { length }) => sum + length, 0);
  const named = numbering.blobs;
  yield MAGIC;
  yield bytesOf(Uint32Array.of(named.length, pageWords));
  for (let from = 0; from < named.length; from += DIGESTS_AT_A_TIME) {
    const some = named.subarray(from, from + DIGESTS_AT_A_TIME);
    const words = new Uint32Array(some.length * DIGEST_WORDS);
    some.forEach((blob, n) => {
      blobs.copyWords(blob, words, n * DIGEST_WORDS);
    });
    yield bytesOf(words);
  }
  for (const page of written) yield bytesOf(page);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeWithHash(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    for (const part of parts) {
      hash.update(part);
      await file.writeFile(part);
    }
    await file.writeFile(hash.digest());
  } finally {
    await file.close();
  }
}
