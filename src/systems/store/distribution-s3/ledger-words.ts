import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { BucketReader, Listed } from './bucket.ts';
import { failure } from './failures.ts';
import { listAll } from './list-all.ts';
import { LEDGER, MAX_OWN_BYTES } from './own-objects.ts';
import { inParallel } from './parallel.ts';
import { nameOfPart, type Part, partInName } from './parts.ts';
import type { BucketPlace } from './place.ts';

/*
 * The words of the ledger. Nothing can be appended to an object, so each is an object of its own, and none is ever written over:
 *
 *   <number>-<writer>[-<i>-of-<n>].ndjson
 *
 * `number` is greater than those of all words that were there: words of runs that exclude each other are in order. Words with the same
 * number, or out of order, are of parts beside each other, which speak of different blobs. One JSON object a line:
 *
 *   {"unlinked":["sha256:…", …],"atMs":1770000000000,"runId":"…"}     all links to these are gone since then
 *   {"forgotten":["sha256:…", …]}                                      what was said of these before holds no more
 */

/** Since when all links to a blob are gone. */
export interface Unlinked {
  readonly runId: string;
  readonly atMs: number;
}

export interface Word {
  readonly key: string;
  readonly number: number;
  /** Who works on it wrote the word. */
  readonly part: Part;
}

/** A line. `since` is absent where digests are forgotten. */
export interface Said {
  readonly digests: readonly Digest[];
  readonly since: Unlinked | undefined;
}

const DIGESTS_PER_LINE = 1000;
/** More would be more than is read of an object. */
const LINES_PER_WORD = 100;
const WORD = /^(\d{12})-[0-9a-f]{8}(?:-\d+-of-\d+)?\.ndjson$/;

export function wordKey(number: number, writer: string, part: Part): string {
  return `${LEDGER}${String(number).padStart(12, '0')}-${writer}${nameOfPart(part)}.ndjson`;
}

/** In the order in which they were written. @throws STORE_WALK_FAILED */
export async function listWords({ bucket, readers }: BucketPlace, signal: AbortSignal): Promise<readonly Word[]> {
  const words: Word[] = [];
  const take = (objects: readonly Listed[]): void => {
    for (const { key } of objects) {
      const [, number] = WORD.exec(key.slice(LEDGER.length)) ?? [];
      if (number !== undefined) words.push({ key, number: Number(number), part: partInName(key, '.ndjson') });
    }
  };
  await listAll({ bucket, readers, take }, LEDGER, signal);
  return words.sort((a, b) => a.number - b.number || (a.key < b.key ? -1 : 1));
}

/**
 * What each of these words says, in their order. `undefined`: one of them is gone, because its writer has put several into one.
 * @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED
 */
export async function readWords(
  { bucket, readers }: BucketPlace,
  words: readonly Word[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Word, readonly Said[]> | undefined> {
  const read = new Array<readonly Said[] | undefined>(words.length);
  await inParallel(words.entries(), readers, async ([at, { key }]) => {
    const bytes = await bucket.read(key, MAX_OWN_BYTES, signal);
    if (bytes !== undefined) read[at] = parseWord(bucket, key, new TextDecoder().decode(bytes));
  });
  const said = new Map<Word, readonly Said[]>();
  for (const [at, word] of words.entries()) {
    const lines = read[at];
    if (lines === undefined) return undefined;
    said.set(word, lines);
  }
  return said;
}

/** Puts what was said one after the other. */
export function unlinkedAfter(said: Iterable<readonly Said[]>): Map<Digest, Unlinked> {
  const unlinked = new Map<Digest, Unlinked>();
  for (const lines of said)
    for (const { digests, since } of lines)
      for (const digest of digests)
        if (since === undefined) unlinked.delete(digest);
        else unlinked.set(digest, since);
  return unlinked;
}

/** @returns the contents of as many words as it takes */
export function writeWords(said: readonly Said[]): readonly string[] {
  const lines: string[] = [];
  for (const { digests, since } of said)
    for (let at = 0; at < digests.length; at += DIGESTS_PER_LINE) {
      const some = digests.slice(at, at + DIGESTS_PER_LINE);
      const line = since === undefined ? { forgotten: some } : { unlinked: some, atMs: since.atMs, runId: since.runId };
      lines.push(`${JSON.stringify(line)}\n`);
    }
  const words: string[] = [];
  for (let at = 0; at < lines.length; at += LINES_PER_WORD) words.push(lines.slice(at, at + LINES_PER_WORD).join(''));
  return words;
}

function parseWord(bucket: BucketReader, key: string, text: string): readonly Said[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, at) => {
    const { unlinked, forgotten, atMs, runId } = parse(line);
    if (isDigests(forgotten)) return { digests: forgotten, since: undefined };
    if (isDigests(unlinked) && typeof atMs === 'number' && typeof runId === 'string')
      return { digests: unlinked, since: { runId, atMs } };
    throw failure('STORE_LEDGER_DAMAGED', `reading ${bucket.place}${key}: line ${at + 1} is none of Winnow's`);
  });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return {};
    throw thrown;
  }
}

function isDigests(value: unknown): value is readonly Digest[] {
  return Array.isArray(value) && value.every(isDigest);
}
