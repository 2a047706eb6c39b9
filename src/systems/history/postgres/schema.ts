import { historyError } from '../errors.ts';
import type { Query } from './query.ts';

/*
 * Schema `winnow`. All times are UTC milliseconds; records, events and entries are JSON as text: what we have written, to the byte.
 *
 *   history_version   the number of the last migration below
 *   runs              a run; `record` is all of it, the other columns are what is looked for
 *   reports           what the last process of a run printed
 *   events, audit     as they came, numbered by `counters`: in the order in which they become visible
 *   notes             small things by name
 *   disk_readings     how full things were
 *   told_registries   which registries tell, and since when all of it is known
 *   told_transfers    of pulls and pushes that are alike the last; `key` is a hash of what they have in common, `transfer` the same as JSON
 *   plans             ── plan ──►       plan_rows, plan_lines, plan_sums
 *   inventories       ── inventory ──►  inventory_repositories, _tags, _tag_sums, _images, _links
 *
 * A plan or an inventory is written in one transaction under a number of its own, and replaces the last one at the end of it.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE winnow.runs (
     id text COLLATE "C" PRIMARY KEY, schedule text NOT NULL, flow text NOT NULL, state text NOT NULL,
     due_at_ms bigint NOT NULL, ended_at_ms bigint, record text NOT NULL);
   CREATE INDEX runs_by_due ON winnow.runs (due_at_ms, id);
   CREATE INDEX runs_by_schedule ON winnow.runs (schedule, due_at_ms, id);
   CREATE INDEX runs_by_state ON winnow.runs (state, due_at_ms, id);
   CREATE TABLE winnow.reports (run_id text PRIMARY KEY, report text NOT NULL);
   CREATE TABLE winnow.counters (name text PRIMARY KEY, value bigint NOT NULL);
   INSERT INTO winnow.counters VALUES ('events', 0), ('audit', 0);
   CREATE TABLE winnow.events (
     id bigint PRIMARY KEY, at_ms bigint NOT NULL, run_id text, type text NOT NULL, data text NOT NULL);
   CREATE INDEX events_by_run ON winnow.events (run_id, id);
   CREATE INDEX events_by_time ON winnow.events (at_ms);
   CREATE TABLE winnow.audit (id bigint PRIMARY KEY, at_ms bigint NOT NULL, run_id text, entry text NOT NULL);
   CREATE INDEX audit_by_run ON winnow.audit (run_id, id);
   CREATE INDEX audit_by_time ON winnow.audit (at_ms);
   CREATE TABLE winnow.notes (key text PRIMARY KEY, value text NOT NULL);
   CREATE TABLE winnow.disk_readings (
     target text COLLATE "C" NOT NULL, at_ms bigint NOT NULL, reading text NOT NULL, PRIMARY KEY (target, at_ms));
   CREATE SEQUENCE winnow.generations;
   CREATE TABLE winnow.plans (
     run_id text PRIMARY KEY, generation bigint NOT NULL, header text NOT NULL, trailer text NOT NULL, sums text NOT NULL);
   CREATE TABLE winnow.plan_rows (
     generation bigint NOT NULL, n bigint NOT NULL, verb text NOT NULL, group_name text NOT NULL, target text NOT NULL,
     folded text, reason_code text NOT NULL, reason text NOT NULL, frees_bytes bigint NOT NULL, outcome text NOT NULL,
     outcome_why text, PRIMARY KEY (generation, n));
   CREATE INDEX plan_rows_by_verb ON winnow.plan_rows (generation, verb, n);
   CREATE INDEX plan_rows_by_group ON winnow.plan_rows (generation, group_name, n);
   CREATE INDEX plan_rows_by_reason ON winnow.plan_rows (generation, reason_code, n);
   CREATE INDEX plan_rows_by_outcome ON winnow.plan_rows (generation, outcome, n);
   CREATE TABLE winnow.plan_lines (
     generation bigint NOT NULL, n bigint NOT NULL, line text NOT NULL, PRIMARY KEY (generation, n));
   CREATE TABLE winnow.plan_sums (
     generation bigint NOT NULL, verb text NOT NULL, group_name text NOT NULL, reason_code text NOT NULL,
     outcome text NOT NULL, actions bigint NOT NULL, frees_bytes bigint NOT NULL,
     PRIMARY KEY (generation, group_name, verb, reason_code, outcome));
   CREATE TABLE winnow.inventories (
     target text COLLATE "C" PRIMARY KEY, generation bigint NOT NULL, header text NOT NULL);
   CREATE TABLE winnow.inventory_repositories (
     generation bigint NOT NULL, bytes bigint NOT NULL, name text COLLATE "C" NOT NULL, record text NOT NULL);
   CREATE INDEX inventory_repositories_by_size ON winnow.inventory_repositories (generation, bytes DESC, name);
   CREATE TABLE winnow.inventory_tags (
     generation bigint NOT NULL, n bigint NOT NULL, repository text COLLATE "C" NOT NULL, tag text COLLATE "C" NOT NULL,
     folded text, digest text, exclusive_bytes bigint NOT NULL, bytes bigint NOT NULL, created_at_ms bigint,
     last_used_at_ms bigint, verdict text NOT NULL, reason_code text NOT NULL, reason text NOT NULL,
     PRIMARY KEY (generation, n));
   CREATE INDEX inventory_tags_by_name ON winnow.inventory_tags (generation, repository, tag, n);
   CREATE INDEX inventory_tags_by_size ON winnow.inventory_tags (generation, exclusive_bytes DESC, n);
   CREATE INDEX inventory_tags_by_age ON winnow.inventory_tags (generation, created_at_ms DESC NULLS LAST, n);
   CREATE INDEX inventory_tags_by_fate_and_size ON winnow.inventory_tags (generation, verdict, exclusive_bytes DESC, n);
   CREATE INDEX inventory_tags_by_place_and_size ON winnow.inventory_tags (generation, repository, exclusive_bytes DESC, n);
   CREATE TABLE winnow.inventory_tag_sums (
     generation bigint NOT NULL, repository text NOT NULL, verdict text NOT NULL, tags bigint NOT NULL,
     exclusive_bytes bigint NOT NULL, PRIMARY KEY (generation, repository, verdict));
   CREATE TABLE winnow.inventory_images (
     generation bigint NOT NULL, digest text NOT NULL, repository text COLLATE "C" NOT NULL, record text NOT NULL);
   CREATE INDEX inventory_images_by_digest ON winnow.inventory_images (generation, digest, repository);
   CREATE TABLE winnow.inventory_links (
     generation bigint NOT NULL, n bigint NOT NULL, from_key text NOT NULL, to_key text NOT NULL, kind text NOT NULL);
   CREATE INDEX inventory_links_from ON winnow.inventory_links (generation, from_key, n);
   CREATE INDEX inventory_links_to ON winnow.inventory_links (generation, to_key, n)`,
  `CREATE TABLE winnow.told_registries (
     host text COLLATE "C" PRIMARY KEY, known_since_ms bigint NOT NULL, told_at_ms bigint NOT NULL);
   CREATE TABLE winnow.told_transfers (
     host text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, is_push boolean NOT NULL, at_ms bigint NOT NULL,
     told_at_ms bigint NOT NULL, transfer text NOT NULL, PRIMARY KEY (host, key));
   CREATE INDEX told_transfers_by_time ON winnow.told_transfers (is_push, told_at_ms)`,
];

/** The version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings an older database, or an empty one, to {@link SCHEMA_VERSION}. Under a lock: replicas start at the same time. */
export async function migrate(query: Query, name: string): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended('winnow history migrations', 0))");
  const version = await versionOf(query);
  if (version > SCHEMA_VERSION)
    throw historyError(
      'HISTORY_NEWER',
      `opening the ${name}: its tables are of version ${version}, and this Winnow knows version ${SCHEMA_VERSION}`,
    );
  if (version === SCHEMA_VERSION) return;
  // `if not exists` asks for the right to create before it looks
  const [schema] = await query<object>("SELECT 1 FROM pg_namespace WHERE nspname = 'winnow'");
  if (schema === undefined) await query('CREATE SCHEMA winnow');
  await query('CREATE TABLE IF NOT EXISTS winnow.history_version (version int NOT NULL)');
  for (const migration of MIGRATIONS.slice(version))
    for (const statement of migration.split(';')) await query(statement);
  await query('DELETE FROM winnow.history_version');
  await query(`INSERT INTO winnow.history_version VALUES (${SCHEMA_VERSION})`);
}

async function versionOf(query: Query): Promise<number> {
  const [there] = await query<{ name: string | null }>("SELECT to_regclass('winnow.history_version')::text AS name");
  if (there?.name === null) return 0;
  const [row] = await query<{ version: number }>('SELECT version FROM winnow.history_version');
  return row?.version ?? 0;
}
