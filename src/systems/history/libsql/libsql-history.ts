import type { History } from '../contract.ts';
import { comparisonsIn } from './compare-plans.ts';
import { openHistoryFile } from './database.ts';
import { forgettingIn } from './forget.ts';
import { happeningsIn } from './happenings.ts';
import { inventoriesIn } from './inventories.ts';
import { inventoryQueriesIn } from './inventory-queries.ts';
import { planQueriesIn } from './plan-queries.ts';
import { plansIn } from './plans.ts';
import { runsIn } from './runs.ts';

export interface LibsqlHistoryOptions {
  /** How long another process may be writing before a call fails. Default: 5 s. */
  readonly patienceMs?: number;
  /** UTC milliseconds; tells writers at work from those that died. */
  readonly nowMs?: () => number;
}

/**
 * The history, in `<state directory>/history.db`. The directory and the file are made where they are absent. Several processes may
 * have it open: each change is one transaction, and plans and inventories are whole or not there at all.
 *
 * @throws HISTORY_UNAVAILABLE HISTORY_CORRUPT HISTORY_NEWER
 */
export async function libsqlHistory(stateDir: string, options: LibsqlHistoryOptions = {}): Promise<History> {
  const nowMs = options.nowMs ?? Date.now;
  const file = openHistoryFile(stateDir, options.patienceMs ?? 5000);
  return {
    name: file.name,
    ...runsIn(file),
    ...plansIn(file, nowMs),
    ...planQueriesIn(file),
    ...comparisonsIn(file),
    ...happeningsIn(file),
    ...inventoriesIn(file, nowMs),
    ...inventoryQueriesIn(file),
    ...forgettingIn(file, nowMs),
    async check(signal) {
      signal.throwIfAborted();
      file.first('asking the history', 'SELECT count(*) FROM generations');
    },
    async close() {
      file.close();
    },
  };
}
