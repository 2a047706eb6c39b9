import { inBatches } from '../batches.ts';
import { historyError } from '../errors.ts';
import type { HistoryFile, Tables } from './database.ts';
import { type Pace, writingPace } from './pace.ts';

export type GenerationKind = 'plan' | 'inventory';

/** What hangs on a generation of each kind. */
const TABLES_OF: Readonly<Record<GenerationKind, readonly string[]>> = {
  plan: ['plan_lines', 'plan_rows', 'plan_sums', 'plan_places'],
  inventory: ['inventory_links', 'inventory_images', 'inventory_tags', 'inventory_tag_sums', 'inventory_repositories'],
};

/** A writer that was silent for so long is dead. Were it alive, its next step would fail with HISTORY_OVERTAKEN. */
const SILENT_MS = 10 * 60_000;

/** What is to be saved as one, though in many transactions. */
export interface Saving<Item> {
  readonly kind: GenerationKind;
  /** The run, or the target of the inventory. */
  readonly owner: string;
  readonly items: AsyncIterable<Item>;
  /** Writes some of them. */
  write(tables: Tables, generation: number, items: readonly Item[]): void;
  /** Puts the generation in the place of the last one. */
  finish(tables: Tables, generation: number): void;
}

/** Whoever began last wins: an older writer of the same is overtaken. Readers see the last whole one until the end. */
export async function saveGeneration<Item>(file: HistoryFile, saving: Saving<Item>, nowMs: () => number) {
  const { kind, owner } = saving;
  const doing = `saving the ${kind} of ${owner}`;
  const generation = file.atOnce(doing, (tables) => {
    tables.change(
      "UPDATE generations SET state = 'left' WHERE kind = ? AND owner = ? AND state = 'writing'",
      kind,
      owner,
    );
    return begin(tables, kind, owner, nowMs());
  });
  const pace = writingPace();
  try {
    for await (const items of inBatches(saving.items, pace.rows))
      await pace.step(items.length, () =>
        file.atOnce(doing, (tables) => {
          touch(tables, { kind, owner, generation }, doing, nowMs());
          saving.write(tables, generation, items);
        }),
      );
    file.atOnce(doing, (tables) => {
      touch(tables, { kind, owner, generation }, doing, nowMs());
      tables.change(
        "UPDATE generations SET state = 'left' WHERE kind = ? AND owner = ? AND state = 'live'",
        kind,
        owner,
      );
      tables.change("UPDATE generations SET state = 'live' WHERE id = ?", generation);
      saving.finish(tables, generation);
    });
  } catch (failure) {
    giveUp(file, generation);
    throw failure;
  }
  await sweep(file, nowMs());
}

function begin(tables: Tables, kind: GenerationKind, owner: string, atMs: number): number {
  const sql = "INSERT INTO generations (kind, owner, state, touched_at_ms) VALUES (?, ?, 'writing', ?) RETURNING id";
  const row = tables.first<{ id: number }>(sql, kind, owner, atMs);
  if (row === undefined) throw new Error('an INSERT with RETURNING gave no row');
  return row.id;
}

interface Mine {
  readonly kind: GenerationKind;
  readonly owner: string;
  readonly generation: number;
}

/** A sign of life. @throws HISTORY_OVERTAKEN when somebody else has begun to save the same, or took us for dead */
function touch(tables: Tables, { kind, owner, generation }: Mine, doing: string, atMs: number): void {
  const sql = "UPDATE generations SET touched_at_ms = ? WHERE id = ? AND state = 'writing'";
  if (tables.change(sql, atMs, generation) > 0) return;
  const later = 'SELECT 1 FROM generations WHERE kind = ? AND owner = ? AND id > ?';
  const why =
    tables.first(later, kind, owner, generation) === undefined
      ? 'it took so long between two steps that what was written was taken for left behind'
      : 'somebody else has begun to save the same since';
  throw historyError('HISTORY_OVERTAKEN', `${doing}: ${why}`);
}

/** As well as it can be done: what stays behind is swept when it has been silent for long enough. */
function giveUp(file: HistoryFile, generation: number): void {
  try {
    file.atOnce('giving up what was not saved', (tables) =>
      tables.change("UPDATE generations SET state = 'left' WHERE id = ? AND state = 'writing'", generation),
    );
  } catch {
    // the failure that brought us here says more
  }
}

/** Marks what counts for an owner as left, within the caller's transaction. */
export function leaveGenerations(tables: Tables, kind: GenerationKind, owner: string): void {
  tables.change("UPDATE generations SET state = 'left' WHERE kind = ? AND owner = ?", kind, owner);
}

/** Deletes what no plan and no inventory names any more, in small steps; what writers left that died, too. */
export async function sweep(file: HistoryFile, nowMs: number): Promise<void> {
  const doing = 'sweeping what nothing names';
  file.atOnce(doing, (tables) =>
    tables.change(
      "UPDATE generations SET state = 'left' WHERE state = 'writing' AND touched_at_ms < ?",
      nowMs - SILENT_MS,
    ),
  );
  const sql = "SELECT id, kind FROM generations WHERE state = 'left'";
  const pace = writingPace();
  for (const { id, kind } of file.all<{ id: number; kind: GenerationKind }>(doing, sql)) {
    for (const table of TABLES_OF[kind]) await empty(file, pace, table, id);
    file.atOnce(doing, (tables) => tables.change("DELETE FROM generations WHERE id = ? AND state = 'left'", id));
  }
}

/** The keys by which rows of a table are taken away. */
const KEY_OF: Readonly<Record<string, string>> = {
  plan_lines: 'n',
  plan_rows: 'n',
  plan_sums: '("group", verb, reason_code, outcome)',
  plan_places: '("group", verb, reason_code)',
  inventory_links: 'rowid',
  inventory_images: 'rowid',
  inventory_tags: 'n',
  inventory_tag_sums: '(repository, verdict)',
  inventory_repositories: '(bytes, name)',
};

async function empty(file: HistoryFile, pace: Pace, table: string, generation: number) {
  const key = KEY_OF[table] ?? 'rowid';
  const columns = key.replace(/^\(|\)$/g, '');
  const sql = `DELETE FROM ${table} WHERE generation = ?1
    AND ${key} IN (SELECT ${columns} FROM ${table} WHERE generation = ?1 LIMIT ?2)`;
  for (;;) {
    const most = pace.rows();
    const gone = await pace.step(most, () =>
      file.atOnce('sweeping what nothing names', (tables) => tables.change(sql, generation, most)),
    );
    if (gone < most) return;
  }
}
