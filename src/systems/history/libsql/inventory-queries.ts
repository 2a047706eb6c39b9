import type { History, InventoryHeader, InventoryImage, InventoryLink, InventoryRepository } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import type { HistoryFile } from './database.ts';
import { LIVE } from './inventory-head.ts';
import { tagsIn } from './inventory-tags.ts';

type InventoryReading =
  | 'inventories'
  | 'inventoryRepositories'
  | 'inventoryTag'
  | 'inventoryTags'
  | 'inventoryImage'
  | 'inventoryImagesOf'
  | 'inventoryLinks';

export function inventoryQueriesIn(file: HistoryFile): Pick<History, InventoryReading> {
  return { ...tagsIn(file), ...imagesIn(file), ...linksIn(file) };
}

type Records = readonly { readonly record: string }[];

function imagesIn(
  file: HistoryFile,
): Pick<History, 'inventories' | 'inventoryRepositories' | 'inventoryImage' | 'inventoryImagesOf'> {
  const parsed = <Value>(rows: Records, target: string) =>
    rows.map(({ record }) => parseStored<Value>(record, `the inventory of ${target}`, file.name));
  return {
    async inventories() {
      const rows = file.all<{ record: string }>(
        'listing inventories',
        'SELECT header AS record FROM inventories ORDER BY target',
      );
      return parsed<InventoryHeader>(rows, 'a registry');
    },
    async inventoryRepositories(target) {
      const sql = `SELECT record FROM inventory_repositories WHERE ${LIVE} ORDER BY bytes DESC, name`;
      return parsed<InventoryRepository>(file.all(`listing repositories of ${target}`, sql, target), target);
    },
    async inventoryImage(target, repository, digest) {
      const sql = `SELECT record FROM inventory_images WHERE ${LIVE} AND digest = ? AND repository = ? LIMIT 1`;
      const rows = file.all<{ record: string }>(`reading ${repository}@${digest}`, sql, target, digest, repository);
      return parsed<InventoryImage>(rows, target)[0];
    },
    async inventoryImagesOf(target, digest) {
      const sql = `SELECT record FROM inventory_images WHERE ${LIVE} AND digest = ? ORDER BY repository`;
      return parsed<InventoryImage>(file.all(`looking for ${digest}`, sql, target, digest), target);
    },
  };
}

function linksIn(file: HistoryFile): Pick<History, 'inventoryLinks'> {
  return {
    async inventoryLinks(target, end, keys, limit) {
      const doing = `reading links of ${target}`;
      const index = end === 'to' ? 'inventory_links_to' : 'inventory_links_from';
      const sql = `SELECT "from", "to", "as" FROM inventory_links INDEXED BY ${index}
        WHERE ${LIVE} AND "${end}" = ? ORDER BY rowid LIMIT ?`;
      const found: InventoryLink[] = [];
      for (const key of new Set(keys)) {
        if (found.length >= limit) break;
        found.push(...file.all<InventoryLink>(doing, sql, target, key, limit - found.length));
      }
      return found;
    },
  };
}
