import type { History, InventoryTag, TagQuery, TagsFound, Verdict } from '../contract.ts';
import { byTagOrder } from '../text-order.ts';
import type { HistoryFile, SqlValue } from './database.ts';
import { type InventoryHead, inventoryHead, LIVE } from './inventory-head.ts';
import { inWindows, steadily } from './steadily.ts';

export function tagsIn(file: HistoryFile): Pick<History, 'inventoryTag' | 'inventoryTags'> {
  return {
    async inventoryTag(target, repository, tag) {
      const sql = `SELECT ${COLUMNS} FROM inventory_tags INDEXED BY inventory_tags_by_name
        WHERE ${LIVE} AND repository = ? AND tag = ? LIMIT 1`;
      const row = file.first<StoredTag>(`reading ${repository}:${tag}`, sql, target, repository, tag);
      return row === undefined ? undefined : read(row);
    },
    async inventoryTags(target, query) {
      const search = isSearch(query) ? searched : page;
      const doing = `reading the inventory of ${target}`;
      const found = await steadily(
        doing,
        () => inventoryHead(file, target),
        (head) => search(file, head, query),
      );
      return found ?? { rows: [], tags: 0, exclusiveBytes: 0 };
    },
  };
}

type Filter = Pick<TagQuery, 'repository' | 'verdict' | 'text'>;

/** Whether rows must be gone through. */
function isSearch({ text }: Filter): boolean {
  return text !== undefined && text !== '';
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

/** The same order, by sorting: no index of it is walked from its start to find the rows of one page. */
const SORTED: Readonly<Record<TagQuery['sort'], string>> = {
  exclusiveBytes: '+exclusive_bytes DESC, n',
  createdAt: '+created_at_ms DESC, n',
  name: '+repository, tag, n',
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
async function page(file: HistoryFile, head: InventoryHead, query: TagQuery): Promise<TagsFound> {
  const { where, values } = conditions(query);
  const sql = `SELECT ${COLUMNS} FROM inventory_tags WHERE generation = ? AND n IN (
      SELECT n FROM inventory_tags INDEXED BY ${indexFor(query)} WHERE generation = ? ${where}
      ORDER BY ${ORDER[query.sort]} LIMIT ? OFFSET ?)
    ORDER BY ${SORTED[query.sort]}`;
  const [{ generation }, offset] = [head, query.offset ?? 0];
  const rows = file.all<StoredTag>('listing tags', sql, generation, generation, ...values, query.limit, offset);
  const sums = `SELECT sum(tags) AS found, sum(exclusive_bytes) AS found_bytes
    FROM inventory_tag_sums WHERE generation = ? ${where}`;
  const sum = file.first<FoundSums>('adding up tags', sums, generation, ...values);
  return { rows: rows.map(read), tags: sum?.found ?? 0, exclusiveBytes: sum?.found_bytes ?? 0 };
}

interface FoundSums {
  readonly found: number | null;
  readonly found_bytes: number | null;
}

/** A search goes through all rows, in steps, and keeps the best of them. */
async function searched(file: HistoryFile, head: InventoryHead, query: TagQuery): Promise<TagsFound> {
  const { where, values } = conditions(query);
  const [offset, most] = [query.offset ?? 0, (query.offset ?? 0) + query.limit];
  const sql = `SELECT ${COLUMNS}, count(*) OVER () AS found, sum(exclusive_bytes) OVER () AS found_bytes
    FROM inventory_tags WHERE generation = ? AND n >= ? AND n < ? ${where} ORDER BY ${ORDER[query.sort]} LIMIT ?`;
  const compare = byTagOrder(query.sort);
  const sum = { tags: 0, exclusiveBytes: 0 };
  let best: InventoryTag[] = [];
  await inWindows(head.tags, (from, end) => {
    const rows = file.all<StoredTag & FoundSums>('searching tags', sql, head.generation, from, end, ...values, most);
    sum.tags += rows[0]?.found ?? 0;
    sum.exclusiveBytes += rows[0]?.found_bytes ?? 0;
    // the sort is stable: what was found first stays first
    if (rows.length > 0) best = [...best, ...rows.map(read)].sort(compare).slice(0, most);
  });
  return { rows: best.slice(offset), ...sum };
}
