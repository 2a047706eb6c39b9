import type { InventoryHeader } from '../../systems/history/contract.ts';

const MOST = 32;

/** What was made from inventories, each once: an inventory never changes, a newer one has another plan. A failure is not remembered. */
export class Remembered<Value> {
  readonly #values = new Map<string, Promise<Value>>();

  of({ target, planId, madeAtMs }: InventoryHeader, name: string, make: () => Promise<Value>): Promise<Value> {
    const key = JSON.stringify([target, planId, madeAtMs, name]);
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const made = make().catch((error: unknown) => {
      this.#values.delete(key);
      throw error;
    });
    this.#values.set(key, made);
    const [oldest] = this.#values.keys();
    if (this.#values.size > MOST && oldest !== undefined) this.#values.delete(oldest);
    return made;
  }
}
