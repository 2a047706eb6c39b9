import { unlessAborted } from '../../../util/wait.ts';
import type { History } from '../contract.ts';
import { comparisonsIn } from './compare-plans.ts';
import type { PostgresHistoryOptions } from './connection.ts';
import { openDatabase } from './database.ts';
import { forgettingIn } from './forget.ts';
import { happeningsIn } from './happenings.ts';
import { inventoriesIn } from './inventories.ts';
import { inventoryQueriesIn } from './inventory-queries.ts';
import { plansIn } from './plans.ts';
import { runsIn } from './runs.ts';
import { toldIn } from './told.ts';

/**
 * The history, in the schema `winnow` of a database that several replicas share. Schema and tables are made where they are absent, which
 * needs the right to create; a database that is away for a while is found again without a new start.
 *
 * @throws HISTORY_UNAVAILABLE HISTORY_NEWER HISTORY_SETTINGS_INVALID
 */
export async function postgresHistory(options: PostgresHistoryOptions): Promise<History> {
  const db = await openDatabase(options);
  return {
    name: db.name,
    ...runsIn(db),
    ...plansIn(db),
    ...comparisonsIn(db),
    ...happeningsIn(db),
    ...inventoriesIn(db),
    ...inventoryQueriesIn(db),
    ...forgettingIn(db),
    told: toldIn(db),
    async check(signal) {
      signal.throwIfAborted();
      await unlessAborted(db.all('asking the history', 'SELECT 1'), signal);
    },
    close: db.close,
  };
}
