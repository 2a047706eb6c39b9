import type { Digest } from '../oci/digest.ts';

const PREFIX = 'sha256:';
const LENGTH = PREFIX.length + 64;
/** 32 bit words of a digest. */
const WORDS = 8;

/**
 * A set of sha256 digests, each with a number from 0: 32 bytes a digest in one array, found by open addressing.
 */
export class DigestTable {
  #words = new Uint32Array(1024 * WORDS);
  /** Number of a digest plus one, or zero. */
  #slots = new Uint32Array(2048);
  #size = 0;
  readonly #read = new Uint32Array(WORDS);

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
    this.#words.set(this.#read, index * WORDS);
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
    let text = PREFIX;
    for (let n = index * WORDS; n < (index + 1) * WORDS; n += 1) {
      const word = this.#words[n] as number;
      text += pair(word >>> 24) + pair(word >>> 16) + pair(word >>> 8) + pair(word);
    }
    return text as Digest;
  }

  /** The slot that holds these words, or the free one where they belong. */
  #find(words: Uint32Array, from: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(words, from) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0 || this.#holds((held - 1) * WORDS, words, from)) return slot;
    }
  }

  #holds(at: number, words: Uint32Array, from: number): boolean {
    for (let n = 0; n < WORDS; n += 1) if (this.#words[at + n] !== words[from + n]) return false;
    return true;
  }

  #reserve(size: number): void {
    if (size * WORDS <= this.#words.length) return;
    const larger = new Uint32Array(Math.ceil(this.#words.length / WORDS / 2) * 3 * WORDS);
    larger.set(this.#words);
    this.#words = larger;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#size; index += 1) this.#slots[this.#find(this.#words, index * WORDS)] = index + 1;
  }
}

/** All words count, not the first alone: who makes digests up could give very many of them the same beginning. */
function hashOf(words: Uint32Array, from: number): number {
  let hash = 0;
  for (let n = 0; n < WORDS; n += 1) hash = Math.imul(hash ^ (words[from + n] as number), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** @returns false, and leaves anything in `words`, for what is no `sha256:` and 64 lower-case hexadecimal characters. */
function readDigest(text: string, words: Uint32Array): boolean {
  if (text.length !== LENGTH || !text.startsWith(PREFIX)) return false;
  let all = 0;
  for (let n = 0, at = PREFIX.length; n < WORDS; n += 1) {
    let word = 0;
    for (const end = at + 8; at < end; at += 1) {
      const nibble = nibbleOf(text.charCodeAt(at));
      all |= nibble;
      word = (word << 4) | nibble;
    }
    words[n] = word;
  }
  return all >= 0;
}

/** The hexadecimal digits of the last byte: out of a table, for plans are sorted by digests. */
function pair(word: number): string {
  return hexPairs[word & 255] as string;
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Negative for what is no lower-case hexadecimal digit. */
function nibbleOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}
