import { randomBytes } from 'node:crypto';
import type { Digest } from '../../../oci/digest.ts';
import {
  listWords,
  readWords,
  type Said,
  type Unlinked,
  unlinkedAfter,
  type Word,
  wordKey,
  writeWords,
} from './ledger-words.ts';
import { eraseOwn, requireRunId, writeOwn } from './own-objects.ts';
import { isSamePart, overlap, type Part } from './parts.ts';
import type { BucketPlace } from './place.ts';

/*
 * The ledger: what must outlive a run about blobs whose data is still in its place. A word of it is never changed, so those who work on
 * parts beside each other can not lose what the other says. Each puts its own words into one when they have become many.
 */

export interface Ledger {
  noteUnlinked(digests: readonly Digest[], since: Unlinked): Promise<void>;
  forget(digests: readonly Digest[]): Promise<void>;
}

/** So many words are put into one: reading them costs a request each. */
const COMPACT_AT = 32;

const always = new AbortController().signal;

/**
 * Words of one process follow each other.
 * @param partNow - the part that is locked; `undefined`: the whole
 */
export function openLedger(place: BucketPlace, partNow: () => Part = () => undefined): Ledger {
  const writer = randomBytes(4).toString('hex');
  let last: Promise<unknown> = Promise.resolve();
  let compactAt = COMPACT_AT;

  async function append(said: Said): Promise<void> {
    const part = partNow();
    const words = await listWords(place, always);
    const next = await write({ place, writer, part }, numberAfter(words), [said]);
    if (words.filter((word) => isMine(word, part)).length < compactAt) return;
    const wordCount = await compact({ place, writer, part }, next);
    compactAt = Math.max(COMPACT_AT, wordCount * 2);
  }

  const put = (said: Said): Promise<void> => {
    if (said.digests.length === 0) return Promise.resolve();
    const word = last.then(() => append(said));
    last = word.catch(() => {}); // told to who wrote it; the next one is not to fail for it
    return word;
  };
  return {
    async noteUnlinked(digests, { runId, atMs }) {
      requireRunId(runId);
      await put({ digests, since: { runId, atMs } });
    },
    forget: (digests) => put({ digests, since: undefined }),
  };
}

/** What holds now. @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED */
export async function readLedger(place: BucketPlace, signal: AbortSignal): Promise<Map<Digest, Unlinked>> {
  const said = await readWords(place, await listWords(place, signal), signal);
  return said === undefined ? readLedger(place, signal) : unlinkedAfter(said.values());
}

interface Pen {
  readonly place: BucketPlace;
  readonly writer: string;
  readonly part: Part;
}

/** @returns the number after that of the last word */
async function write({ place, writer, part }: Pen, number: number, said: readonly Said[]): Promise<number> {
  let next = number;
  for (const text of writeWords(said)) await writeOwn(place, wordKey(next++, writer, part), text);
  return next;
}

/**
 * Says the outcome of all own words once more, and only then removes these, the oldest first: ended at any point, what is left says the
 * same. Whoever works on the whole owns them all.
 *
 * @returns how many words it is in now; 0 where it was not done
 */
async function compact(pen: Pen, number: number): Promise<number> {
  const { place, part } = pen;
  // What parts beside this one say is about other blobs.
  const words = (await listWords(place, always)).filter((word) => overlap(word.part, part));
  const said = await readWords(place, words, always);
  if (said === undefined) return 0; // somebody removed one meanwhile: another time
  const own = words.filter((word) => isMine(word, part));
  const next = await write(pen, number, outcomeOf(own, said));
  for (const { key } of own) await eraseOwn(place, key);
  return next - number;
}

/** What the others would not say without these words. */
function outcomeOf(own: readonly Word[], said: ReadonlyMap<Word, readonly Said[]>): readonly Said[] {
  const now = unlinkedAfter(said.values());
  const without = new Map(said);
  for (const word of own) without.delete(word);
  const before = unlinkedAfter(without.values());
  const named = new Set(own.flatMap((word) => (said.get(word) ?? []).flatMap(({ digests }) => digests)));
  const bySince = new Map<string, { readonly since: Unlinked | undefined; readonly digests: Digest[] }>();
  for (const digest of named) {
    const since = now.get(digest);
    if (since === undefined && !before.has(digest)) continue;
    const name = since === undefined ? '' : `${since.runId} ${since.atMs}`;
    const group = bySince.get(name) ?? { since, digests: [] };
    group.digests.push(digest);
    bySince.set(name, group);
  }
  return [...bySince.values()];
}

function isMine(word: Word, part: Part): boolean {
  return part === undefined || isSamePart(word.part, part);
}

function numberAfter(words: readonly Word[]): number {
  return (words.at(-1)?.number ?? 0) + 1;
}
