import { inBatches, rowsAsJson } from '../batches.ts';
import type { History } from '../contract.ts';
import { type InventoryItem, inventoryItems } from '../inventory-stream.ts';
import type { Database } from './database.ts';
import { lockOwner, nextGeneration } from './plans.ts';
import type { Query } from './query.ts';

const ROWS_AT_ONCE = 1000;

export const INVENTORY_TABLES = [
  'inventory_repositories',
  'inventory_tags',
  'inventory_tag_sums',
  'inventory_images',
  'inventory_links',
] as const;

export function inventoriesIn(db: Database): Pick<History, 'saveInventory'> {
  return {
    async saveInventory(header, lines) {
      const { target } = header;
      await db.atOnce(`saving the inventory of ${target}`, async (query) => {
        const generation = await nextGeneration(query);
        let links = 0;
        for await (const items of inBatches(inventoryItems(lines).items, () => ROWS_AT_ONCE)) {
          await write(query, generation, items, links);
          links += items.length;
        }
        await lockOwner(query, `inventory ${target}`);
        for (const table of INVENTORY_TABLES)
          await query(
            `DELETE FROM winnow.${table}
             WHERE generation = (SELECT generation FROM winnow.inventories WHERE target = $1)`,
            [target],
          );
        await query('DELETE FROM winnow.inventories WHERE target = $1', [target]);
        const sql = 'INSERT INTO winnow.inventories (target, generation, header) VALUES ($1, $2, $3)';
        await query(sql, [target, generation, JSON.stringify(header)]);
      });
    },
  };
}

const WRITE_REPOSITORIES = `INSERT INTO winnow.inventory_repositories
  SELECT $1, bytes, name, record FROM json_to_recordset($2::text::json) AS row(bytes bigint, name text, record text)`;
const WRITE_TAGS = `INSERT INTO winnow.inventory_tags
  SELECT $1, n, repository, tag, folded, digest, "exclusiveBytes", bytes, "createdAtMs", "lastUsedAtMs", verdict,
    "reasonCode", reason
  FROM json_to_recordset($2::text::json) AS row(n bigint, repository text, tag text, folded text, digest text,
    "exclusiveBytes" bigint, bytes bigint, "createdAtMs" bigint, "lastUsedAtMs" bigint, verdict text,
    "reasonCode" text, reason text)`;
const WRITE_TAG_SUMS = `INSERT INTO winnow.inventory_tag_sums
  SELECT $1, repository, verdict, tags, "exclusiveBytes"
  FROM json_to_recordset($2::text::json) AS row(repository text, verdict text, tags bigint, "exclusiveBytes" bigint)`;
const WRITE_IMAGES = `INSERT INTO winnow.inventory_images
  SELECT $1, digest, repository, record
  FROM json_to_recordset($2::text::json) AS row(digest text, repository text, record text)`;
const WRITE_LINKS = `INSERT INTO winnow.inventory_links
  SELECT $1, n, "from", "to", "as"
  FROM json_to_recordset($2::text::json) AS row(n bigint, "from" text, "to" text, "as" text)`;

async function write(query: Query, generation: number, items: readonly InventoryItem[], firstLink: number) {
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
    else rows.link.push({ n: firstLink + rows.link.length, ...item.link });
  }
  const put = async (sql: string, some: readonly unknown[]) => {
    if (some.length > 0) await query(sql, [generation, rowsAsJson(some)]);
  };
  await put(WRITE_REPOSITORIES, rows.repository);
  await put(WRITE_TAGS, rows.tag);
  await put(WRITE_TAG_SUMS, rows.tagSum);
  await put(WRITE_IMAGES, rows.image);
  await put(WRITE_LINKS, rows.link);
}
