import type { BuiltStore, StoreWorld } from '../../../test/support/store-world/index.ts';
import type { StoreReader } from './contract.ts';

/** What the reading half of a store is asked for here. */
export type ReadingStore = Omit<StoreReader, 'pending'>;

/** A store with a world in Distribution's layout. */
export interface ReadingGround {
  readonly store: ReadingStore;
  readonly built: BuiltStore;
}

/** Makes a store of a world. @param damage - done to the built folder before the store has it */
export type OpenGround = (world: StoreWorld, damage?: (built: BuiltStore) => void) => Promise<ReadingGround>;

export const { signal } = new AbortController();
export const LATER_MS = Date.UTC(2026, 1, 1);

export async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
