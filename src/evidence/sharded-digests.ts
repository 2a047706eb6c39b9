import type { Digest } from '../oci/digest.ts';
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
  const names: string[][] = Array.from({ length: SHARDS }, () => []);
  for (const digest of new Set(digests)) {
    const hex = digest.slice(7);
    if (digest.startsWith('sha256:')) names[Number.parseInt(hex.slice(0, 2), 16)]?.push(hex);
  }
  return names.map((list, byte) => packShard(byte.toString(16).padStart(2, '0'), list));
}

function shardOf(words: Uint32Array, count: number): Shard {
  let slotCount = 4;
  while (slotCount * 3 < count * 4) slotCount *= 2;
  const buffer = new SharedArrayBuffer((HEAD + count * DIGEST_WORDS + slotCount) * 4);
  const shard = new Uint32Array(buffer);
  shard[0] = count;
  shard[1] = slotCount;
  shard.set(words.subarray(0, count * DIGEST_WORDS), HEAD);
  const slots = shard.subarray(HEAD + count * DIGEST_WORDS);
  for (let n = 0; n < count; n += 1) {
    let slot = hashWords(words, n * DIGEST_WORDS) & (slotCount - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
    slots[slot] = n + 1;
  }
  return buffer;
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
    to.set((this.#words[shard] as Uint32Array).subarray(from, from + DIGEST_WORDS), at);
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
