import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { BucketReader, Listed } from './bucket.ts';
import { failure } from './failures.ts';
import { listAll } from './list-all.ts';
import { eraseOwn, LEDGER, MAX_OWN_BYTES, requireRunId, writeOwn } from './own-objects.ts';
import type { BucketPlace } from './place.ts';

/*
 * The ledger: what must outlive a run about blobs whose data is still in its place. Nothing can be appended to an object, so each
 * word is an object of its own, numbered; the lock sees to it that one writes at a time. One JSON object a line:
 *
 *   {"unlinked":["sha256:…", …],"atMs":1770000000000,"runId":"…"}     all links to these are gone since then
 *   {"forgotten":["sha256:…", …]}                                      what was said of these before holds no more
 *   {"anew":true}                                                      what was said before is told again below
 */

/** Since when all links to a blob are gone. */
export interface Unlinked {
  readonly runId: string;
  readonly atMs: number;
}

export interface Ledger {
  noteUnlinked(digests: readonly Digest[], since: Unlinked): Promise<void>;
  forget(digests: readonly Digest[]): Promise<void>;
}

/** So many objects are told again as one: reading them costs a request each. */
const COMPACT_AT = 32;
const DIGESTS_PER_LINE = 1000;
const NUMBER_LENGTH = 12;

const always = new AbortController().signal;

/** Words of one process follow each other. */
export function openLedger(place: BucketPlace): Ledger {
  let last: Promise<unknown> = Promise.resolve();
  const append = (line: string): Promise<void> => {
    const word = last.then(() => appendWord(place, line));
    last = word.catch(() => {}); // told to who wrote it; the next one is not to fail for it
    return word;
  };
  return {
    async noteUnlinked(digests, { runId, atMs }) {
      requireRunId(runId);
      if (digests.length > 0) await append(unlinkedLines(digests, { runId, atMs }));
    },
    async forget(digests) {
      if (digests.length > 0) await append(inLines(digests, (forgotten) => ({ forgotten })));
    },
  };
}

/** What holds now. @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED */
export async function readLedger(place: BucketPlace, signal: AbortSignal): Promise<Map<Digest, Unlinked>> {
  return (await readWords(place, await listWords(place, signal), signal)) ?? readLedger(place, signal);
}

async function appendWord(place: BucketPlace, lines: string): Promise<void> {
  const words = await listWords(place, always);
  const number = words.length === 0 ? 1 : Number(words.at(-1)?.slice(LEDGER.length, LEDGER.length + NUMBER_LENGTH)) + 1;
  await writeOwn(place, wordKey(number), lines);
  if (words.length >= COMPACT_AT) await compact(place, number + 1);
}

/** Tells all again in one object, and only then removes the others: ended in between, the last one still says it all. */
async function compact(place: BucketPlace, number: number): Promise<void> {
  const words = await listWords(place, always);
  const unlinked = await readWords(place, words, always);
  if (unlinked === undefined) return; // somebody removed one meanwhile: another time
  const byRun = new Map<string, { readonly since: Unlinked; readonly digests: Digest[] }>();
  for (const [digest, since] of unlinked) {
    const name = `${since.runId} ${since.atMs}`;
    const group = byRun.get(name) ?? { since, digests: [] };
    group.digests.push(digest);
    byRun.set(name, group);
  }
  const lines = [...byRun.values()].map(({ since, digests }) => unlinkedLines(digests, since));
  await writeOwn(place, wordKey(number), `${JSON.stringify({ anew: true })}\n${lines.join('')}`);
  for (const key of words) await eraseOwn(place, key);
}

function wordKey(number: number): string {
  return `${LEDGER}${String(number).padStart(NUMBER_LENGTH, '0')}.ndjson`;
}

/** Keys, in the order in which they were written. */
async function listWords({ bucket, readers }: BucketPlace, signal: AbortSignal): Promise<readonly string[]> {
  const keys: string[] = [];
  const take = (objects: readonly Listed[]) => void keys.push(...objects.map(({ key }) => key));
  await listAll({ bucket, readers, take }, LEDGER, signal);
  return keys.filter((key) => WORD.test(key.slice(LEDGER.length))).sort();
}

const WORD = /^\d{12}\.ndjson$/;

/** `undefined`: one of them is gone, because all was told anew meanwhile. */
async function readWords(
  { bucket }: BucketPlace,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Map<Digest, Unlinked> | undefined> {
  const unlinked = new Map<Digest, Unlinked>();
  for (const key of keys) {
    const bytes = await bucket.read(key, MAX_OWN_BYTES, signal);
    if (bytes === undefined) return undefined;
    const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
    for (const [at, line] of lines.entries()) takeLine(bucket, key, line, at + 1, unlinked);
  }
  return unlinked;
}

function takeLine(
  bucket: BucketReader,
  key: string,
  text: string,
  number: number,
  unlinked: Map<Digest, Unlinked>,
): void {
  const line = parse(text);
  const { unlinked: gone, forgotten, atMs, runId, anew } = line;
  if (anew === true) unlinked.clear();
  else if (isDigests(forgotten)) for (const digest of forgotten) unlinked.delete(digest);
  else if (isDigests(gone) && typeof atMs === 'number' && typeof runId === 'string')
    for (const digest of gone) unlinked.set(digest, { runId, atMs });
  else throw failure('STORE_LEDGER_DAMAGED', `reading ${bucket.place}${key}: line ${number} is none of Winnow's`);
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

function unlinkedLines(digests: readonly Digest[], { runId, atMs }: Unlinked): string {
  return inLines(digests, (unlinked) => ({ unlinked, atMs, runId }));
}

function inLines(digests: readonly Digest[], lineOf: (digests: readonly Digest[]) => object): string {
  let text = '';
  for (let at = 0; at < digests.length; at += DIGESTS_PER_LINE)
    text += `${JSON.stringify(lineOf(digests.slice(at, at + DIGESTS_PER_LINE)))}\n`;
  return text;
}
