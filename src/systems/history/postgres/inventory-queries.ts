import type {
  History,
  InventoryHeader,
  InventoryImage,
  InventoryLink,
  InventoryRepository,
  InventoryTag,
  TagQuery,
  Verdict,
} from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { conditions, whole } from './conditions.ts';
import type { Database } from './database.ts';

type InventoryReading =
  | 'inventories'
  | 'inventoryRepositories'
  | 'inventoryTag'
  | 'inventoryTags'
  | 'inventoryImage'
  | 'inventoryImagesOf'
  | 'inventoryLinks';

/** The generation that counts at the moment of the statement. `$1` is the target. */
const LIVE = 'generation = (SELECT generation FROM winnow.inventories WHERE target = $1)';

export function inventoryQueriesIn(db: Database): Pick<History, InventoryReading> {
  return { ...tagsIn(db), ...imagesIn(db), ...linksIn(db) };
}

interface StoredTag {
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

/** As `byTagOrder`. */
const ORDER: Readonly<Record<TagQuery['sort'], string>> = {
  exclusiveBytes: 'exclusive_bytes DESC, n',
  createdAt: 'created_at_ms DESC NULLS LAST, n',
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

function tagsIn(db: Database): Pick<History, 'inventoryTag' | 'inventoryTags'> {
  const asked = ({ repository, verdict, text }: Pick<TagQuery, 'repository' | 'verdict' | 'text'>) =>
    conditions(
      [
        ['repository = ?', repository],
        ['verdict = ?', verdict],
        [
          "strpos(coalesce(folded, repository || ':' || tag), ?::text) > 0",
          text === '' ? undefined : text?.toLowerCase(),
        ],
      ],
      2,
    );
  return {
    async inventoryTag(target, repository, tag) {
      const sql = `SELECT * FROM winnow.inventory_tags WHERE ${LIVE} AND repository = $2 AND tag = $3 LIMIT 1`;
      const row = await db.first<StoredTag>(`reading ${repository}:${tag}`, sql, target, repository, tag);
      return row === undefined ? undefined : read(row);
    },
    async inventoryTags(target, query) {
      const { where, values } = asked(query);
      const sql = `SELECT * FROM winnow.inventory_tags WHERE ${LIVE} AND ${where}
        ORDER BY ${ORDER[query.sort]} LIMIT ${whole(query.limit)} OFFSET ${whole(query.offset ?? 0)}`;
      const rows = await db.all<StoredTag>(`listing tags of ${target}`, sql, target, ...values);
      const isSearch = query.text !== undefined && query.text !== '';
      const sums = `SELECT coalesce(${isSearch ? 'count(*)' : 'sum(tags)'}, 0)::bigint AS tags,
          coalesce(sum(exclusive_bytes), 0)::bigint AS "exclusiveBytes"
        FROM winnow.${isSearch ? 'inventory_tags' : 'inventory_tag_sums'} WHERE ${LIVE} AND ${where}`;
      interface Sums {
        readonly tags: number;
        readonly exclusiveBytes: number;
      }
      const sum = await db.first<Sums>(`adding up tags of ${target}`, sums, target, ...values);
      return { rows: rows.map(read), tags: sum?.tags ?? 0, exclusiveBytes: sum?.exclusiveBytes ?? 0 };
    },
  };
}

type Records = readonly { readonly record: string }[];

function imagesIn(
  db: Database,
): Pick<History, 'inventories' | 'inventoryRepositories' | 'inventoryImage' | 'inventoryImagesOf'> {
  const parsed = <Value>(rows: Records, target: string) =>
    rows.map(({ record }) => parseStored<Value>(record, `the inventory of ${target}`, db.name));
  return {
    async inventories() {
      const sql = 'SELECT header AS record FROM winnow.inventories ORDER BY target';
      return parsed<InventoryHeader>(await db.all('listing inventories', sql), 'a registry');
    },
    async inventoryRepositories(target) {
      const sql = `SELECT record FROM winnow.inventory_repositories WHERE ${LIVE} ORDER BY bytes DESC, name`;
      return parsed<InventoryRepository>(await db.all(`listing repositories of ${target}`, sql, target), target);
    },
    async inventoryImage(target, repository, digest) {
      const sql = `SELECT record FROM winnow.inventory_images WHERE ${LIVE} AND digest = $2 AND repository = $3 LIMIT 1`;
      const rows: Records = await db.all(`reading ${repository}@${digest}`, sql, target, digest, repository);
      return parsed<InventoryImage>(rows, target)[0];
    },
    async inventoryImagesOf(target, digest) {
      const sql = `SELECT record FROM winnow.inventory_images WHERE ${LIVE} AND digest = $2 ORDER BY repository`;
      return parsed<InventoryImage>(await db.all(`looking for ${digest}`, sql, target, digest), target);
    },
  };
}

function linksIn(db: Database): Pick<History, 'inventoryLinks'> {
  return {
    async inventoryLinks(target, end, keys, limit) {
      const column = end === 'to' ? 'to_key' : 'from_key';
      // each key by itself: the first keys fill the page, as everywhere
      const sql = `SELECT link.from_key AS "from", link.to_key AS "to", link.kind AS "as"
        FROM json_array_elements_text($2::text::json) WITH ORDINALITY AS wanted(key, place)
        CROSS JOIN LATERAL (SELECT * FROM winnow.inventory_links WHERE ${LIVE} AND ${column} = wanted.key
          ORDER BY n LIMIT ${whole(limit)}) AS link
        ORDER BY wanted.place, link.n LIMIT ${whole(limit)}`;
      const rows = await db.all<InventoryLink>(`reading links of ${target}`, sql, target, [...new Set(keys)]);
      return rows.map(({ from, to, as }) => ({ from, to, as }));
    },
  };
}
