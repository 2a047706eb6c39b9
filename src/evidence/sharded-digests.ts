import type { Digest } from '../oci/digest.ts';
import { Growable } from '../util/pure/growable.ts';
import type { DigestList } from './digest-list.ts';
import { DIGEST_WORDS, equalWords, formatDigest, hashWords, readDigest, readHex } from './digest-words.ts';

/** One for each first byte of a digest. */
export const SHARDS = 256;
/** Before the digests: how many there are, and how many slots. */
const HEAD = 2;
const HEX_LENGTH = 64;

/**
 * A shard: digests that begin with the same byte, in memory that threads share. 32 bit words: count, number of slots (a power of
 * two), 8 words a digest, then the slots of an open-addressing table (a digest's number in the shard plus one, or zero).
 */
export type Shard = SharedArrayBuffer;

/**
 * Makes a shard from hexadecimal names, as a folder of digests lists them. What is no digest with this first byte is left out.
 *
 * @param firstByte - two lower-case hexadecimal characters
 */
export function packShard(firstByte: string, names: readonly string[]): Shard {
  const words = new Uint32Array(names.length * DIGEST_WORDS);
  let count = 0;
  for (const name of names)
    if (name.length === HEX_LENGTH && name.startsWith(firstByte) && readHex(name, 0, words, count * DIGEST_WORDS))
      count += 1;
  return shardOf(words, count);
}

/** Makes all shards of digests that come in any order. Those that are not sha256 are left out; repeated ones count once. */
export function packShards(digests: Iterable<Digest>): readonly Shard[] {
  const lists = Array.from({ length: SHARDS }, () => new Growable((length) => new Uint32Array(length), DIGEST_WORDS));
  const read = new Uint32Array(DIGEST_WORDS);
  for (const digest of digests) {
    if (!readDigest(digest, read)) continue;
    const list = lists[(read[0] as number) >>> 24];
    for (const word of read) list?.push(word);
  }
  return lists.map((list) => shardOf(list.view(), list.length / DIGEST_WORDS));
}

/** @param words - of so many digests; where some are repeated, what follows is moved up */
function shardOf(words: Uint32Array, count: number): Shard {
  let slotCount = 4;
  while (slotCount * 3 < count * 4) slotCount *= 2;
  const slots = new Uint32Array(slotCount);
  let distinct = 0;
  for (let n = 0; n < count; n += 1) {
    const from = n * DIGEST_WORDS;
    const slot = findSlot(slots, words, from);
    if (slots[slot] !== 0) continue;
    if (distinct < n) words.copyWithin(distinct * DIGEST_WORDS, from, from + DIGEST_WORDS);
    distinct += 1;
    slots[slot] = distinct;
  }
  const buffer = new SharedArrayBuffer((HEAD + distinct * DIGEST_WORDS + slotCount) * 4);
  const shard = new Uint32Array(buffer);
  shard[0] = distinct;
  shard[1] = slotCount;
  shard.set(words.subarray(0, distinct * DIGEST_WORDS), HEAD);
  shard.set(slots, HEAD + distinct * DIGEST_WORDS);
  return buffer;
}

/** The slot of the digest that stands at a place in `words`, or the free one where it belongs. */
function findSlot(slots: Uint32Array, words: Uint32Array, from: number): number {
  const mask = slots.length - 1;
  for (let slot = hashWords(words, from) & mask; ; slot = (slot + 1) & mask) {
    const held = slots[slot] as number;
    if (held === 0 || equalWords(words, (held - 1) * DIGEST_WORDS, words, from)) return slot;
  }
}

/** Distinct sha256 digests in memory that threads share: 32 bytes each and 5 to 11 for finding it. */
export class ShardedDigests implements DigestList {
  readonly size: number;
  /** By first byte, all {@link SHARDS} of them: what another thread needs to make the same list. */
  readonly shards: readonly Shard[];
  readonly #words: readonly Uint32Array[];
  /** Number of a shard's first digest; one more at the end. */
  readonly #firsts = new Uint32Array(SHARDS + 1);
  readonly #read = new Uint32Array(DIGEST_WORDS);

  constructor(shards: readonly Shard[]) {
    if (shards.length !== SHARDS) throw new RangeError(`there are ${shards.length} shards of digests, not ${SHARDS}`);
    this.shards = shards;
    this.#words = shards.map((shard) => new Uint32Array(shard));
    for (let n = 0; n < SHARDS; n += 1)
      this.#firsts[n + 1] = (this.#firsts[n] as number) + (this.#words[n]?.[0] as number);
    this.size = this.#firsts[SHARDS] as number;
  }

  indexOf(text: string): number {
    return readDigest(text, this.#read) ? this.#find(this.#read, 0) : -1;
  }

  /** Like {@link indexOf}, for the 64 hexadecimal characters alone. */
  indexOfHex(hex: string): number {
    return hex.length === HEX_LENGTH && readHex(hex, 0, this.#read) ? this.#find(this.#read, 0) : -1;
  }

  /** Like {@link indexOf}, for 8 words, the most telling bits first. */
  indexOfWords(words: Uint32Array, from: number): number {
    return this.#find(words, from);
  }

  at(index: number): Digest {
    const shard = this.#shardOf(index);
    return formatDigest(this.#words[shard] as Uint32Array, this.#offset(shard, index));
  }

  /** Writes the 8 words of a digest. */
  copyWords(index: number, to: Uint32Array, at: number): void {
    const shard = this.#shardOf(index);
    const from = this.#offset(shard, index);
    const words = this.#words[shard] as Uint32Array;
    for (let n = 0; n < DIGEST_WORDS; n += 1) to[at + n] = words[from + n] as number;
  }

  #offset(shard: number, index: number): number {
    return HEAD + (index - (this.#firsts[shard] as number)) * DIGEST_WORDS;
  }

  /** The last shard that begins at this number or before it and is not empty. */
  #shardOf(index: number): number {
    let [low, high] = [0, SHARDS];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return low;
  }

  #find(words: Uint32Array, from: number): number {
    const number = (words[from] as number) >>> 24;
    const shard = this.#words[number] as Uint32Array;
    const first = this.#firsts[number] as number;
    const slots = HEAD + (shard[0] as number) * DIGEST_WORDS;
    const mask = (shard[1] as number) - 1;
    for (let slot = hashWords(words, from) & mask; ; slot = (slot + 1) & mask) {
      const held = shard[slots + slot] as number;
      if (held === 0) return -1;
      if (equalWords(shard, HEAD + (held - 1) * DIGEST_WORDS, words, from)) return first + held - 1;
    }
  }
}
