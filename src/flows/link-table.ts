import { Growable } from '../util/pure/growable.ts';

/** More repositories than any store has: a pair is one number, exactly. */
const REPOSITORIES = 2 ** 21;

/** Which repository has a link to which blob: eight bytes a link. */
export class LinkTable {
  readonly #pairs = new Growable((length) => new Float64Array(length));
  readonly #numbers = new Map<string, number>();
  #sorted = new Float64Array(0);

  add(blob: number, repository: string): void {
    let number = this.#numbers.get(repository);
    if (number === undefined) {
      number = this.#numbers.size;
      if (number >= REPOSITORIES) throw new Error(`there are more than ${REPOSITORIES} repositories`);
      this.#numbers.set(repository, number);
    }
    this.#pairs.push(blob * REPOSITORIES + number);
  }

  /** To be called once all were added, and before any is asked for. */
  seal(): void {
    this.#sorted = this.#pairs.view().sort();
  }

  has(blob: number, repository: string): boolean {
    const number = this.#numbers.get(repository);
    if (number === undefined) return false;
    const wanted = blob * REPOSITORIES + number;
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low] === wanted;
  }
}
