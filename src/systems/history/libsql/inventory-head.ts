import type { HistoryFile } from './database.ts';

/** The generation that counts, in the same statement as what is read of it: so nothing is swept in between. */
export const LIVE = 'generation = (SELECT generation FROM inventories WHERE target = ?)';

/** The inventory of a target, without its lines. */
export interface InventoryHead {
  readonly generation: number;
  readonly tags: number;
}

export function inventoryHead(file: HistoryFile, target: string): InventoryHead | undefined {
  const sql = 'SELECT generation, tags FROM inventories WHERE target = ?';
  return file.first<InventoryHead>(`reading the inventory of ${target}`, sql, target);
}
