import type { Digest } from '../oci/digest.ts';

const PREFIX = 'sha256:';
const HEX_LENGTH = 64;

/** 32 bit words of a sha256 digest. */
export const DIGEST_WORDS = 8;

/** @returns false, and leaves anything in `words`, for what is no `sha256:` and 64 lower-case hexadecimal characters. */
export function readDigest(text: string, words: Uint32Array): boolean {
  return text.length === PREFIX.length + HEX_LENGTH && text.startsWith(PREFIX) && readHex(text, PREFIX.length, words);
}

/**
 * Reads 64 lower-case hexadecimal characters from a place in a text on. The caller sees to it that there are so many.
 *
 * @param at - where in `words` they go
 */
export function readHex(text: string, from: number, words: Uint32Array, at = 0): boolean {
  let all = 0;
  let beyond = 0;
  for (let n = 0, place = from; n < DIGEST_WORDS; n += 1) {
    let word = 0;
    for (const end = place + 8; place < end; place += 1) {
      const code = text.charCodeAt(place);
      const nibble = nibbles[code & 255] as number;
      all |= nibble;
      beyond |= code >> 8;
      word = (word << 4) | nibble;
    }
    words[at + n] = word;
  }
  return all >= 0 && beyond === 0;
}

/** Values of the characters: -1 for what is no lower-case hexadecimal digit. A table, for half of the digits would surprise a branch. */
const nibbles = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** By Buffer, in one piece: put together from pairs of digits, each text is a chain of some thirty others until somebody reads it. */
export function formatDigest(words: Uint32Array, from: number): Digest {
  for (let n = 0; n < DIGEST_WORDS; n += 1) bigEndian.setUint32(n * 4, words[from + n] as number);
  return `${PREFIX}${bytes.toString('hex')}` as Digest;
}

const bytes = Buffer.alloc(DIGEST_WORDS * 4);
const bigEndian = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** All words count, not the first alone: who makes digests up could give very many of them the same beginning. */
export function hashWords(words: Uint32Array, from: number): number {
  let hash = 0;
  for (let n = 0; n < DIGEST_WORDS; n += 1) hash = Math.imul(hash ^ (words[from + n] as number), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

export function equalWords(a: Uint32Array, fromA: number, b: Uint32Array, fromB: number): boolean {
  for (let n = 0; n < DIGEST_WORDS; n += 1) if (a[fromA + n] !== b[fromB + n]) return false;
  return true;
}
