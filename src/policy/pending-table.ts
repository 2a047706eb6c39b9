import type { ResourceId } from '../evidence/resource.ts';
import { Growable } from '../util/pure/growable.ts';

/** How far a blob is on its way out: all its links were removed, or its data was moved into the quarantine as well. */
export type PendingState = 'unlinked' | 'hidden';

/** A blob on its way out. */
export interface Pending {
  readonly state: PendingState;
  /** The run that brought it there. */
  readonly runId: string;
  /** Since when at the latest, UTC milliseconds by the store's clock. */
  readonly sinceMs: number;
  /** Length of hidden data; 0 for what is unlinked. */
  readonly sizeBytes: number;
}

const states: readonly PendingState[] = ['unlinked', 'hidden'];

/** Blobs on their way out, in columns: one row a blob. Of two words on one blob, that it is hidden counts. */
export class PendingTable {
  readonly #rowOf = new Growable((length) => new Uint32Array(length));
  readonly #ids = new Growable((length) => new Uint32Array(length));
  readonly #states = new Growable((length) => new Uint8Array(length));
  readonly #sinceMs = new Growable((length) => new Float64Array(length));
  readonly #sizeBytes = new Growable((length) => new Float64Array(length));
  readonly #runs = new Growable((length) => new Uint32Array(length));
  readonly #runIds: string[] = [];

  get size(): number {
    return this.#ids.length;
  }

  add(id: ResourceId, { state, runId, sinceMs, sizeBytes }: Pending): void {
    this.#rowOf.fillTo(id + 1, 0);
    let row = this.#rowOf.get(id) - 1;
    if (row >= 0 && states[this.#states.get(row)] === 'hidden') return;
    if (row < 0) {
      row = this.size;
      this.#ids.push(id);
      for (const column of [this.#states, this.#sinceMs, this.#sizeBytes, this.#runs]) column.push(0);
      this.#rowOf.set(id, row + 1);
    }
    this.#states.set(row, states.indexOf(state));
    this.#sinceMs.set(row, sinceMs);
    this.#sizeBytes.set(row, sizeBytes);
    this.#runs.set(row, this.#runNumber(runId));
  }

  get(id: ResourceId): Pending | undefined {
    const row = id < this.#rowOf.length ? this.#rowOf.get(id) - 1 : -1;
    if (row < 0) return undefined;
    return {
      state: states[this.#states.get(row)] as PendingState,
      runId: this.#runIds[this.#runs.get(row)] as string,
      sinceMs: this.#sinceMs.get(row),
      sizeBytes: this.#sizeBytes.get(row),
    };
  }

  *ids(): Generator<ResourceId> {
    for (let row = 0; row < this.size; row += 1) yield this.#ids.get(row);
  }

  #runNumber(runId: string): number {
    const known = this.#runIds.lastIndexOf(runId);
    return known >= 0 ? known : this.#runIds.push(runId) - 1;
  }
}
