import { Growable } from '../../../util/pure/growable.ts';

/** Rows of three whole numbers, each -1 at least. */
export class Triples {
  readonly #numbers = new Growable((length) => new Int32Array(length));

  push(a: number, b: number, c: number): void {
    this.#numbers.push(a);
    this.#numbers.push(b);
    this.#numbers.push(c);
  }

  each(take: (a: number, b: number, c: number) => void): void {
    const numbers = this.#numbers.view();
    for (let at = 0; at < numbers.length; at += 3)
      take(numbers[at] as number, numbers[at + 1] as number, numbers[at + 2] as number);
  }
}
