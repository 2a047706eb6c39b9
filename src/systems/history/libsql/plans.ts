import { inBatches, rowsAsJson, withoutNul } from '../batches.ts';
import type { History, RowOutcome } from '../contract.ts';
import { parseStored } from '../parse-stored.ts';
import { type PlanItem, planItems } from '../plan-stream.ts';
import type { HistoryFile, Tables } from './database.ts';
import { saveGeneration } from './generations.ts';
import { writingPace } from './pace.ts';
import { planHead } from './plan-head.ts';
import { overtaken } from './steadily.ts';

const LINES_AT_ONCE = 500;

export function plansIn(
  file: HistoryFile,
  nowMs: () => number,
): Pick<History, 'savePlan' | 'planLines' | 'planHeader' | 'noteOutcomes'> {
  return {
    async savePlan(runId, header, rows, trailer) {
      const plan = planItems(rows);
      const finish = (tables: Tables, generation: number) => {
        tables.change(
          'INSERT OR REPLACE INTO plans (run_id, generation, header, trailer, rows, sums) VALUES (?, ?, ?, ?, ?, ?)',
          runId,
          generation,
          withoutNul(header),
          JSON.stringify(trailer),
          plan.rows(),
          JSON.stringify(plan.stored()),
        );
      };
      await saveGeneration(file, { kind: 'plan', owner: runId, items: plan.items, write, finish }, nowMs);
    },
    planLines: (runId) => linesOf(file, runId),
    async planHeader(runId) {
      const head = planHead(file, runId);
      return head === undefined ? undefined : parseStored(head.header, `the plan of ${runId}`, file.name);
    },
    async noteOutcomes(runId, outcomes) {
      const pace = writingPace();
      for await (const batch of inBatches(outcomes, pace.rows))
        await pace.step(batch.length, () =>
          file.atOnce(`noting what became of the plan of ${runId}`, (tables) => noteThese(tables, runId, batch)),
        );
    },
  };
}

const WRITE_ROWS = `
  INSERT INTO plan_rows
    (generation, n, verb, "group", target, folded, reason_code, reason, frees_bytes, outcome, outcome_why)
  SELECT ?1, value ->> 'n', value ->> 'verb', value ->> 'group', value ->> 'target', value ->> 'folded',
    value ->> 'reasonCode', value ->> 'reason', value ->> 'freesBytes', coalesce(value ->> 'outcome', ''),
    value ->> 'outcomeWhy'
  FROM json_each(?2)`;

const WRITE_LINES = `
  INSERT INTO plan_lines (generation, n, line) SELECT ?1, value ->> 'n', value ->> 'line' FROM json_each(?2)`;

const WRITE_SUMS = `
  INSERT INTO plan_sums (generation, verb, "group", reason_code, outcome, actions, frees_bytes)
  SELECT ?1, value ->> 'verb', value ->> 'group', value ->> 'reasonCode', value ->> 'outcome',
    value ->> 'actions', value ->> 'freesBytes'
  FROM json_each(?2)`;

const WRITE_PLACES = `
  INSERT INTO plan_places (generation, verb, "group", reason_code, actions, places)
  SELECT ?1, value ->> 'verb', value ->> 'group', value ->> 'reasonCode', json_array_length(value, '$.places'),
    value ->> 'places'
  FROM json_each(?2)`;

function write(tables: Tables, generation: number, items: readonly PlanItem[]): void {
  const rows = items.flatMap((item) => ('row' in item ? [item.row] : []));
  const sums = items.flatMap((item) => ('sum' in item ? [item.sum] : []));
  if (rows.length > 0) {
    tables.change(WRITE_ROWS, generation, rowsAsJson(rows.map(({ line, ...row }) => row)));
    tables.change(WRITE_LINES, generation, rowsAsJson(rows.map(({ n, line }) => ({ n, line }))));
  }
  const places = items.flatMap((item) => ('places' in item ? [item.places] : []));
  if (places.length > 0) tables.change(WRITE_PLACES, generation, rowsAsJson(places));
  if (sums.length > 0) tables.change(WRITE_SUMS, generation, rowsAsJson(sums));
}

async function* linesOf(file: HistoryFile, runId: string): AsyncGenerator<string> {
  const doing = `reading the plan of ${runId}`;
  const head = planHead(file, runId);
  if (head === undefined) return;
  yield head.header;
  // the generation counts at the moment in which the page is read, or else it may be swept already
  const sql = `SELECT n, line FROM plan_lines WHERE generation = ?1 AND n > ?2
    AND EXISTS (SELECT 1 FROM plans WHERE run_id = ?3 AND generation = ?1) ORDER BY n LIMIT ?4`;
  let last = -1;
  for (;;) {
    const page = file.all<{ n: number; line: string }>(doing, sql, head.generation, last, runId, LINES_AT_ONCE);
    for (const { n, line } of page) {
      yield line;
      last = n;
    }
    if (page.length === 0) break;
  }
  if (planHead(file, runId)?.generation !== head.generation) throw overtaken(doing);
  yield* parseStored<readonly string[]>(head.trailer, `the plan of ${runId}`, file.name);
}

/** Rows whose outcome changes, and what it becomes. */
const CHANGING = `json_each(?2) AS said CROSS JOIN plan_rows AS row
  ON row.generation = ?1 AND row.n = said.value ->> 'n' WHERE row.outcome <> said.value ->> 'outcome'`;

const ADD_SUMS = `ON CONFLICT DO UPDATE SET
    actions = actions + excluded.actions, frees_bytes = frees_bytes + excluded.frees_bytes`;

const TAKE_FROM_SUMS = `
  INSERT INTO plan_sums (generation, verb, "group", reason_code, outcome, actions, frees_bytes)
  SELECT ?1, verb, "group", reason_code, outcome, -count(*), -sum(frees_bytes) FROM ${CHANGING}
  GROUP BY verb, "group", reason_code, outcome ${ADD_SUMS}`;

const GIVE_TO_SUMS = `
  INSERT INTO plan_sums (generation, verb, "group", reason_code, outcome, actions, frees_bytes)
  SELECT ?1, verb, "group", reason_code, said.value ->> 'outcome' AS becomes, count(*), sum(frees_bytes) FROM ${CHANGING}
  GROUP BY verb, "group", reason_code, becomes ${ADD_SUMS}`;

const NOTE_OUTCOMES = `
  UPDATE plan_rows SET outcome = said.value ->> 'outcome', outcome_why = said.value ->> 'why'
  FROM json_each(?2) AS said WHERE generation = ?1 AND n = said.value ->> 'n'`;

function noteThese(tables: Tables, runId: string, outcomes: readonly RowOutcome[]): void {
  const plan = tables.first<{ generation: number }>('SELECT generation FROM plans WHERE run_id = ?', runId);
  if (plan === undefined) return;
  const lastOfEach = new Map(outcomes.map((outcome) => [outcome.n, outcome]));
  const json = rowsAsJson([...lastOfEach.values()]);
  tables.change(TAKE_FROM_SUMS, plan.generation, json);
  tables.change(GIVE_TO_SUMS, plan.generation, json);
  tables.change(NOTE_OUTCOMES, plan.generation, json);
}
