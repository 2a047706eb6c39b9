import type { ResourceId } from '../evidence/resource.ts';
import { Growable } from '../util/pure/growable.ts';
import type { Reason } from './reason.ts';

/**
 * What was said of resources, one reason each: eight bytes a resource that something was said of, and four for every other. Of
 * reasons that many share, one object is kept.
 */
export class SaidTable {
  /** Position in {@link #reasons} plus one, or zero. */
  readonly #reasonOf: Uint32Array;
  readonly #ids = new Growable((length) => new Uint32Array(length));
  readonly #reasons: Reason[] = [];
  readonly #numbers = new Map<Reason, number>();

  /** @param size - number of resources. */
  constructor(size: number) {
    this.#reasonOf = new Uint32Array(size);
  }

  has(id: ResourceId): boolean {
    return (this.#reasonOf[id] ?? 0) > 0;
  }

  get(id: ResourceId): Reason | undefined {
    const number = this.#reasonOf[id] ?? 0;
    return number === 0 ? undefined : this.#reasons[number - 1];
  }

  set(id: ResourceId, reason: Reason): void {
    let number = this.#numbers.get(reason);
    if (number === undefined) {
      number = this.#reasons.push(reason);
      this.#numbers.set(reason, number);
    }
    if (!this.has(id)) this.#ids.push(id);
    this.#reasonOf[id] = number;
  }

  /** In the order in which they were first spoken of. */
  *ids(): Generator<ResourceId> {
    for (let n = 0; n < this.#ids.length; n += 1) yield this.#ids.get(n);
  }
}
