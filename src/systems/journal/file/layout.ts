import { join } from 'node:path';
import { requireRunId } from '../run-id.ts';

/*
 * The journals on disk. Folders are 0700 and files 0600: plans and journals name what a company runs.
 *
 *   <state directory>/
 *   └── runs/
 *       └── 20260401t120000z-ab12/     a run, named by its id; anything else here is not ours and is left alone
 *           ├── journal.ndjson         one JSON object a line, {"atMs":…,"kind":"begin|intend|outcome|end|undone","data":…};
 *           │                          only ever appended to, each append synced to disk before it counts
 *           └── plan.jsonl             the run's own copy of its plan, whole as soon as the journal has a line
 *
 * A last line without a line feed, or one that is no such object, is torn: the machine died while it was written, and
 * nobody was ever told that it was safe. The same anywhere else is damage.
 */

export interface RunPaths {
  readonly folder: string;
  readonly journal: string;
  readonly plan: string;
}

export function runsFolder(stateDir: string): string {
  return join(stateDir, 'runs');
}

/** @throws JOURNAL_RUN_ID_INVALID, also for ids that would lead out of the folder */
export function runPaths(stateDir: string, runId: string): RunPaths {
  requireRunId(runId);
  const folder = join(runsFolder(stateDir), runId);
  return { folder, journal: join(folder, 'journal.ndjson'), plan: join(folder, 'plan.jsonl') };
}
