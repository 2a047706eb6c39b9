/*
 * What manifests name, as 32 bit integers: number of the manifest among the blobs, length in bytes, how many it names, and for each of
 * those its number and its kind (a position in `referenceKinds`) in the uppermost bits.
 */
const KIND_SHIFT = 28;
const NUMBER_MASK = (1 << KIND_SHIFT) - 1;

/** So many blobs can be told apart. */
export const MAX_BLOBS = 1 << KIND_SHIFT;

/** Where readers write down what they read. */
export class ManifestPages {
  #words = new Int32Array(1 << 14);
  #length = 0;
  #countAt = 0;

  begin(manifest: number, sizeBytes: number): void {
    this.#push(manifest);
    this.#push(sizeBytes);
    this.#countAt = this.#length;
    this.#push(0);
  }

  name(blob: number, kind: number): void {
    this.#push(blob | (kind << KIND_SHIFT));
    this.#words[this.#countAt] = (this.#words[this.#countAt] as number) + 1;
  }

  /** All that was written, in memory of its own. */
  finish(): Int32Array<ArrayBuffer> {
    return this.#words.slice(0, this.#length);
  }

  #push(word: number): void {
    if (this.#length === this.#words.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#length] = word;
    this.#length += 1;
  }
}

export interface PageReader {
  manifest(blob: number, sizeBytes: number): void;
  name(from: number, blob: number, kind: number): void;
}

export function readPages(pages: Int32Array, reader: PageReader): void {
  for (let at = 0; at < pages.length; ) {
    const from = pages[at] as number;
    reader.manifest(from, pages[at + 1] as number);
    const end = at + 3 + (pages[at + 2] as number);
    for (at += 3; at < end; at += 1) {
      const word = pages[at] as number;
      reader.name(from, word & NUMBER_MASK, word >>> KIND_SHIFT);
    }
  }
}
