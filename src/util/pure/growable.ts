type Column = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** A typed array that grows by half when it is full: numbers at their own size, and no objects. */
export class Growable<T extends Column> {
  #values: T;
  #length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T, capacity = 1024) {
    this.#make = make;
    this.#values = make(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    this.#reserve(this.#length + 1);
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  get(index: number): number {
    return this.#values[index] as number;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** Lengthens to `length`, filling with `value`. */
  fillTo(length: number, value: number): void {
    if (length <= this.#length) return;
    this.#reserve(length);
    this.#values.fill(value, this.#length, length);
    this.#length = length;
  }

  /** The values, without a copy; valid until the next push. */
  view(): T {
    return this.#values.subarray(0, this.#length) as T;
  }

  #reserve(length: number): void {
    if (length <= this.#values.length) return;
    const larger = this.#make(Math.max(length, Math.ceil(this.#values.length * 1.5)));
    larger.set(this.#values as never);
    this.#values = larger;
  }
}
