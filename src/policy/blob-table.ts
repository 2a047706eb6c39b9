import type { ResourceId } from '../evidence/resource.ts';
import { Growable } from '../util/pure/growable.ts';

/** What a closer look told of a blob. Times are UTC milliseconds by the store's clock. */
export interface BlobLook {
  /** Length of the data. */
  readonly sizeBytes: number;
  /** What removing it gives back to the disk. */
  readonly freesBytes: number;
  /** The newest of its data and its links; of its data alone, where links were not asked for. */
  readonly newestAtMs: number;
  /** Repositories with a layer link to it. */
  readonly linkedBy: readonly string[];
}

/** Looks at blobs, in columns: 28 bytes each, and four for every resource. Equal lists of repositories are kept once. */
export class BlobTable {
  readonly #rowOf: Uint32Array;
  readonly #sizeBytes = new Growable((length) => new Float64Array(length));
  readonly #freesBytes = new Growable((length) => new Float64Array(length));
  readonly #newestAtMs = new Growable((length) => new Float64Array(length));
  readonly #linkedBy = new Growable((length) => new Uint32Array(length));
  readonly #lists: (readonly string[])[] = [];
  readonly #numbers = new Map<string, number>();

  /** @param size - number of resources. */
  constructor(size: number) {
    this.#rowOf = new Uint32Array(size);
  }

  get size(): number {
    return this.#sizeBytes.length;
  }

  set(id: ResourceId, look: BlobLook): void {
    if ((this.#rowOf[id] ?? 0) > 0) return;
    this.#sizeBytes.push(look.sizeBytes);
    this.#freesBytes.push(look.freesBytes);
    this.#newestAtMs.push(look.newestAtMs);
    this.#linkedBy.push(this.#listNumber(look.linkedBy));
    this.#rowOf[id] = this.size;
  }

  get(id: ResourceId): BlobLook | undefined {
    const row = (this.#rowOf[id] ?? 0) - 1;
    if (row < 0) return undefined;
    return {
      sizeBytes: this.#sizeBytes.get(row),
      freesBytes: this.#freesBytes.get(row),
      newestAtMs: this.#newestAtMs.get(row),
      linkedBy: this.#lists[this.#linkedBy.get(row)] as readonly string[],
    };
  }

  #listNumber(repositories: readonly string[]): number {
    const sorted = repositories.length < 2 ? repositories : [...repositories].sort();
    const key = sorted.join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#lists.push(sorted) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
