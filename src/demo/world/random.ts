import { sha256Hex } from '../../util/pure/hash.ts';

/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** From 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
  /** Bytes that no compressor makes smaller. */
  bytes(sizeBytes: number): Uint8Array;
}

/** A generator for each purpose (`<seed>/<what for>`), so that a change in one place leaves all others as they were. */
export function randomFor(seed: string): Random {
  const next = sfc32(sha256Hex(seed));
  const fraction = () => next() / 2 ** 32;
  return {
    fraction,
    int: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    hex: (length) => Array.from({ length }, () => (next() & 15).toString(16)).join(''),
    bytes: (sizeBytes) => {
      const words = Buffer.alloc(Math.ceil(sizeBytes / 4) * 4);
      for (let at = 0; at < words.length; at += 4) words.writeUInt32LE(next(), at);
      return words.subarray(0, sizeBytes);
    },
  };
}

/** Chris Doty-Humphrey's sfc32, seeded with 128 bits. @see https://pracrand.sourceforge.net/RNG_engines.txt */
function sfc32(seedHex: string): () => number {
  const word = (n: number) => Number.parseInt(seedHex.slice(n * 8, n * 8 + 8), 16) | 0;
  let [a, b, c, counter] = [word(0), word(1), word(2), word(3)];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
}
