import { rowsAsJson } from '../batches.ts';
import type { History } from '../contract.ts';
import { type InventoryItem, inventoryItems } from '../inventory-stream.ts';
import type { HistoryFile, Tables } from './database.ts';
import { saveGeneration } from './generations.ts';

export function inventoriesIn(file: HistoryFile, nowMs: () => number): Pick<History, 'saveInventory'> {
  return {
    async saveInventory(header, lines) {
      const inventory = inventoryItems(lines);
      const finish = (tables: Tables, generation: number) => {
        const sql = 'INSERT OR REPLACE INTO inventories (target, generation, tags, header) VALUES (?, ?, ?, ?)';
        tables.change(sql, header.target, generation, inventory.tags(), JSON.stringify(header));
      };
      const saving = { kind: 'inventory', owner: header.target, items: inventory.items, write, finish } as const;
      await saveGeneration(file, saving, nowMs);
    },
  };
}

const WRITE_REPOSITORIES = `
  INSERT OR REPLACE INTO inventory_repositories (generation, bytes, name, record)
  SELECT ?1, value ->> 'bytes', value ->> 'name', value ->> 'record' FROM json_each(?2)`;

const WRITE_TAGS = `
  INSERT INTO inventory_tags (generation, n, repository, tag, folded, digest, exclusive_bytes, bytes, created_at_ms,
    last_used_at_ms, verdict, reason_code, reason)
  SELECT ?1, value ->> 'n', value ->> 'repository', value ->> 'tag', value ->> 'folded', value ->> 'digest',
    value ->> 'exclusiveBytes', value ->> 'bytes', value ->> 'createdAtMs', value ->> 'lastUsedAtMs',
    value ->> 'verdict', value ->> 'reasonCode', value ->> 'reason'
  FROM json_each(?2)`;

const WRITE_TAG_SUMS = `
  INSERT INTO inventory_tag_sums (generation, repository, verdict, tags, exclusive_bytes)
  SELECT ?1, value ->> 'repository', value ->> 'verdict', value ->> 'tags', value ->> 'exclusiveBytes'
  FROM json_each(?2)`;

const WRITE_IMAGES = `
  INSERT INTO inventory_images (generation, digest, repository, record)
  SELECT ?1, value ->> 'digest', value ->> 'repository', value ->> 'record' FROM json_each(?2)`;

const WRITE_LINKS = `
  INSERT INTO inventory_links (generation, "from", "to", "as")
  SELECT ?1, value ->> 'from', value ->> 'to', value ->> 'as' FROM json_each(?2)`;

function write(tables: Tables, generation: number, items: readonly InventoryItem[]): void {
  const rows: Record<'repository' | 'tag' | 'tagSum' | 'image' | 'link', unknown[]> = {
    repository: [],
    tag: [],
    tagSum: [],
    image: [],
    link: [],
  };
  for (const item of items) {
    if ('repository' in item) {
      const { repository } = item;
      const bytes = repository.exclusiveBytes + repository.sharedOutsideBytes;
      rows.repository.push({ bytes, name: repository.name, record: JSON.stringify(repository) });
    } else if ('image' in item) {
      const { digest, repository } = item.image;
      rows.image.push({ digest, repository, record: JSON.stringify(item.image) });
    } else if ('tag' in item) rows.tag.push(item.tag);
    else if ('tagSum' in item) rows.tagSum.push(item.tagSum);
    else rows.link.push(item.link);
  }
  const put = (sql: string, some: readonly unknown[]) => {
    if (some.length > 0) tables.change(sql, generation, rowsAsJson(some));
  };
  put(WRITE_REPOSITORIES, rows.repository);
  put(WRITE_TAGS, rows.tag);
  put(WRITE_TAG_SUMS, rows.tagSum);
  put(WRITE_IMAGES, rows.image);
  put(WRITE_LINKS, rows.link);
}
