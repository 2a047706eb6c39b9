import type { ObjectTaker } from './object-taker.ts';

/**
 * Takers of one file that is read once for all of them. What one can't take ends the file for that one alone: the others may not even want
 * what it failed on.
 */
export class SideBySide {
  readonly #takers: readonly ObjectTaker[];
  readonly #failures = new Map<ObjectTaker, unknown>();

  constructor(takers: readonly ObjectTaker[]) {
    this.#takers = takers;
  }

  /** Lets each that is still there take. @throws what the last of them failed on */
  each(take: (taker: ObjectTaker) => void): void {
    for (const taker of this.#takers) {
      if (this.#failures.has(taker)) continue;
      try {
        take(taker);
      } catch (error) {
        this.#failures.set(taker, error);
        if (this.#failures.size === this.#takers.length) throw error;
      }
    }
  }

  /** The file itself could not be read on. */
  fail(error: unknown): void {
    for (const taker of this.#takers) if (!this.#failures.has(taker)) this.#failures.set(taker, error);
  }

  /** Why each that failed did, with its place among the takers. */
  *failures(): Generator<readonly [number, unknown]> {
    for (const [index, taker] of this.#takers.entries())
      if (this.#failures.has(taker)) yield [index, this.#failures.get(taker)];
  }
}

/** Makes something when it is first asked for, and gives the same again, or fails the same. */
export function onDemand<T>(make: () => T): () => T {
  let made: (() => T) | undefined;
  return () => {
    if (made === undefined) {
      try {
        const value = make();
        made = () => value;
      } catch (error) {
        made = () => {
          throw error;
        };
      }
    }
    return made();
  };
}
