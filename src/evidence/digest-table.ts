import type { Digest } from '../oci/digest.ts';

const WIDTH = 32;
const HEX = '0123456789abcdef';

/**
 * A set of sha256 digests, each with a number from 0: 32 bytes a digest in one array, found by open addressing.
 */
export class DigestTable {
  #bytes = new Uint8Array(1024 * WIDTH);
  #slots = new Uint32Array(2048);
  #size = 0;
  readonly #scratch = new Uint8Array(WIDTH);

  get size(): number {
    return this.#size;
  }

  /** The number of a `sha256:…` digest, giving it one if it is new. */
  add(digest: Digest): number {
    this.#read(digest);
    const slot = this.#find();
    const held = this.#slots[slot] as number;
    if (held > 0) return held - 1;

    this.#grow();
    this.#bytes.set(this.#scratch, this.#size * WIDTH);
    this.#size += 1;
    this.#slots[this.#find()] = this.#size;
    return this.#size - 1;
  }

  /** The number of a digest, or -1. */
  indexOf(digest: Digest): number {
    this.#read(digest);
    return (this.#slots[this.#find()] as number) - 1;
  }

  at(index: number): Digest {
    let hex = '';
    for (let i = index * WIDTH; i < (index + 1) * WIDTH; i += 1) {
      const byte = this.#bytes[i] as number;
      hex += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
    }
    return `sha256:${hex}`;
  }

  #read(digest: Digest): void {
    for (let i = 0; i < WIDTH; i += 1) {
      const at = 7 + i * 2;
      this.#scratch[i] = (nibble(digest.charCodeAt(at)) << 4) | nibble(digest.charCodeAt(at + 1));
    }
  }

  /** The slot that holds the digest in `#scratch`, or the free one where it belongs. */
  #find(): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < WIDTH; i += 1) hash = Math.imul(hash ^ (this.#scratch[i] as number), 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const held = this.#slots[slot] as number;
      if (held === 0 || this.#holds(held - 1)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #holds(index: number): boolean {
    const at = index * WIDTH;
    for (let i = 0; i < WIDTH; i += 1) if (this.#bytes[at + i] !== this.#scratch[i]) return false;
    return true;
  }

  #grow(): void {
    if ((this.#size + 1) * WIDTH > this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(this.#bytes.length / WIDTH / 2) * 3 * WIDTH);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if ((this.#size + 1) * 4 < this.#slots.length * 3) return;
    const added = this.#scratch.slice();
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let i = 0; i < this.#size; i += 1) {
      this.#scratch.set(this.#bytes.subarray(i * WIDTH, (i + 1) * WIDTH));
      this.#slots[this.#find()] = i + 1;
    }
    this.#scratch.set(added);
  }
}

function nibble(code: number): number {
  return code <= 57 ? code - 48 : code - 87;
}
