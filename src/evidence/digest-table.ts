import type { Digest } from '../oci/digest.ts';
import type { DigestList } from './digest-list.ts';
import { DIGEST_WORDS, equalWords, formatDigest, hashWords, readDigest } from './digest-words.ts';

/**
 * A set of sha256 digests, each with a number from 0: 32 bytes a digest in one array, found by open addressing.
 */
export class DigestTable implements DigestList {
  #words = new Uint32Array(1024 * DIGEST_WORDS);
  /** Number of a digest plus one, or zero. */
  #slots = new Uint32Array(2048);
  #size = 0;
  readonly #read = new Uint32Array(DIGEST_WORDS);

  get size(): number {
    return this.#size;
  }

  /** The number of a `sha256:…` digest, giving it one if it is new; -1 for any other text. */
  add(text: string): number {
    if (!readDigest(text, this.#read)) return -1;
    const slot = this.#find(this.#read, 0);
    const held = this.#slots[slot] as number;
    if (held > 0) return held - 1;

    const index = this.#size;
    this.#reserve(index + 1);
    this.#words.set(this.#read, index * DIGEST_WORDS);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size * 4 >= this.#slots.length * 3) this.#rehash();
    return index;
  }

  /** The number of a digest, or -1. */
  indexOf(text: string): number {
    return readDigest(text, this.#read) ? (this.#slots[this.#find(this.#read, 0)] as number) - 1 : -1;
  }

  at(index: number): Digest {
    return formatDigest(this.#words, index * DIGEST_WORDS);
  }

  /** In the order of their texts: less than 0, 0, or more. */
  compare(a: number, b: number): number {
    for (let n = 0; n < DIGEST_WORDS; n += 1) {
      const difference = (this.#words[a * DIGEST_WORDS + n] as number) - (this.#words[b * DIGEST_WORDS + n] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The slot that holds these words, or the free one where they belong. */
  #find(words: Uint32Array, from: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashWords(words, from) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0 || equalWords(this.#words, (held - 1) * DIGEST_WORDS, words, from)) return slot;
    }
  }

  #reserve(size: number): void {
    if (size * DIGEST_WORDS <= this.#words.length) return;
    const larger = new Uint32Array(Math.ceil(this.#words.length / DIGEST_WORDS / 2) * 3 * DIGEST_WORDS);
    larger.set(this.#words);
    this.#words = larger;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#size; index += 1)
      this.#slots[this.#find(this.#words, index * DIGEST_WORDS)] = index + 1;
  }
}
