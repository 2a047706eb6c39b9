import type { History, InventoryTag, TagQuery, Verdict } from '../contract.ts';
import { byTagOrder } from '../text-order.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { type InventoryHead, inventoryHead } from './inventory-head.ts';
import { inWindows, steadily } from './steadily.ts';

export function tagsIn(file: HistoryFile): Pick<History, 'inventoryTags' | 'inventoryTagSums'> {
  const steadilyOf = <Value>(target: string, read: (head: InventoryHead) => Promise<Value>) =>
    steadily(`reading the inventory of ${target}`, () => inventoryHead(file, target), read);
  return {
    async inventoryTags(target, query) {
      const search = isSearch(query) ? searched : page;
      return (await steadilyOf(target, (head) => search(file, head, query))) ?? [];
    },
    async inventoryTagSums(target, query) {
      const search = isSearch(query) ? searchedSums : sums;
      return (await steadilyOf(target, (head) => search(file, head, query))) ?? { tags: 0, exclusiveBytes: 0 };
    },
  };
}

type Filter = Pick<TagQuery, 'repository' | 'verdict' | 'text'>;

/** Whether all rows must be gone through; within a repository they are few enough for one step. */
function isSearch({ text, repository }: Filter): boolean {
  return text !== undefined && text !== '' && repository === undefined;
}

interface StoredTag {
  readonly n: number;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
  readonly exclusive_bytes: number;
  readonly bytes: number;
  readonly created_at_ms: number | null;
  readonly last_used_at_ms: number | null;
  readonly verdict: Verdict;
  readonly reason_code: string;
  readonly reason: string;
}

const COLUMNS = `n, repository, tag, digest, exclusive_bytes, bytes, created_at_ms, last_used_at_ms, verdict, reason_code,
  reason`;

/** An absent time is smaller than all others, and so comes last. As `byTagOrder`. */
const ORDER: Readonly<Record<TagQuery['sort'], string>> = {
  exclusiveBytes: 'exclusive_bytes DESC, n',
  createdAt: 'created_at_ms DESC, n',
  name: 'repository, tag, n',
};

function read(row: StoredTag): InventoryTag {
  return {
    repository: row.repository,
    tag: row.tag,
    ...(row.digest === null ? {} : { digest: row.digest }),
    exclusiveBytes: row.exclusive_bytes,
    bytes: row.bytes,
    ...(row.created_at_ms === null ? {} : { createdAtMs: row.created_at_ms }),
    ...(row.last_used_at_ms === null ? {} : { lastUsedAtMs: row.last_used_at_ms }),
    verdict: row.verdict,
    reasonCode: row.reason_code,
    reason: row.reason,
  };
}

function conditions({ repository, verdict, text }: Filter) {
  const where: string[] = [];
  const values: SqlValue[] = [];
  if (repository !== undefined) {
    where.push('AND repository = ?');
    values.push(repository);
  }
  if (verdict !== undefined) {
    where.push('AND verdict = ?');
    values.push(verdict);
  }
  if (text !== undefined && text !== '') {
    where.push("AND instr(coalesce(folded, repository || ':' || tag), ?) > 0");
    values.push(text.toLowerCase());
  }
  return { where: where.join(' '), values };
}

/** The index that has the order in it; by age, within a repository, there are few enough to be sorted. */
function indexFor({ repository, sort }: TagQuery): string {
  if (sort === 'exclusiveBytes') return repository === undefined ? 'inventory_tags_by_size' : 'inventory_tags_by_place';
  return sort === 'name' || repository !== undefined ? 'inventory_tags_by_name' : 'inventory_tags_by_age';
}

/** The rows of the page are known from the index; only they are looked up. */
async function page(file: HistoryFile, head: InventoryHead, query: TagQuery): Promise<readonly InventoryTag[]> {
  const { where, values } = conditions(query);
  const sql = `SELECT ${COLUMNS} FROM inventory_tags WHERE generation = ? AND n IN (
      SELECT n FROM inventory_tags INDEXED BY ${indexFor(query)} WHERE generation = ? ${where}
      ORDER BY ${ORDER[query.sort]} LIMIT ? OFFSET ?)
    ORDER BY ${ORDER[query.sort]}`;
  const rows = file.all<StoredTag>(
    'listing tags',
    sql,
    head.generation,
    head.generation,
    ...values,
    query.limit,
    query.offset ?? 0,
  );
  return rows.map(read);
}

/** A search goes through all rows, in steps, and keeps the best of them. */
async function searched(file: HistoryFile, head: InventoryHead, query: TagQuery): Promise<readonly InventoryTag[]> {
  const { where, values } = conditions(query);
  const most = (query.offset ?? 0) + query.limit;
  const sql = `SELECT ${COLUMNS} FROM inventory_tags WHERE generation = ? AND n >= ? AND n < ? ${where}
    ORDER BY ${ORDER[query.sort]} LIMIT ?`;
  const compare = byTagOrder(query.sort);
  let best: InventoryTag[] = [];
  await inWindows(head.tags, (from, end) => {
    const rows = file.all<StoredTag>('searching tags', sql, head.generation, from, end, ...values, most);
    // the sort is stable: what was found first stays first
    if (rows.length > 0) best = [...best, ...rows.map(read)].sort(compare).slice(0, most);
  });
  return best.slice(query.offset ?? 0);
}

interface StoredSums {
  readonly tags: number | null;
  readonly bytes: number | null;
}

async function sums(file: HistoryFile, head: InventoryHead, query: Filter) {
  if (query.text !== undefined && query.text !== '') return await searchedSums(file, head, query);
  const { where, values } = conditions(query);
  const sql = `SELECT sum(tags) AS tags, sum(exclusive_bytes) AS bytes FROM inventory_tag_sums WHERE generation = ? ${where}`;
  const row = file.first<StoredSums>('adding up tags', sql, head.generation, ...values);
  return { tags: row?.tags ?? 0, exclusiveBytes: row?.bytes ?? 0 };
}

async function searchedSums(file: HistoryFile, head: InventoryHead, query: Filter) {
  const { where, values } = conditions(query);
  const sql = `SELECT count(*) AS tags, sum(exclusive_bytes) AS bytes FROM inventory_tags
    WHERE generation = ? AND n >= ? AND n < ? ${where}`;
  let tags = 0;
  let exclusiveBytes = 0;
  await inWindows(head.tags, (from, end) => {
    const row = file.first<StoredSums>('adding up tags', sql, head.generation, from, end, ...values);
    tags += row?.tags ?? 0;
    exclusiveBytes += row?.bytes ?? 0;
  });
  return { tags, exclusiveBytes };
}
