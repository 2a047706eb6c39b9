import type { History } from '../../src/systems/history/contract.ts';
import { inventoryOf, largeRun, planHeaderOf, planRowsOf, runOf, TARGET } from './model.ts';

const PLAN_ACTIONS = 100;
const GIB = 2 ** 30;

/** How much there is. */
export interface Amounts {
  readonly images: number;
  readonly plans: number;
}

/** Fills a history that is empty. */
export async function fillHistory(history: History, { images, plans }: Amounts): Promise<void> {
  const { header, lines } = inventoryOf(images);
  await history.saveInventory(header, lines);
  for (let n = 0; n < plans; n += 1) {
    const run = runOf(n);
    await history.claimRun(run);
    await history.savePlan(run.id, planHeaderOf(run, PLAN_ACTIONS), planRowsOf(PLAN_ACTIONS, n % 7), []);
    const { dueAtMs: atMs, id: runId } = run;
    await history.addEvent({ atMs, runId, type: 'run.state', data: { state: run.state } });
    await history.addAudit({ atMs, who: 'anna', role: 'approver', what: 'approve', runId });
    await history.addDisk({
      ...{ target: TARGET, kind: 'registry', atMs, usedBytes: 600 * GIB + n * GIB },
      ...{ capacityBytes: 2000 * GIB, reclaimableBytes: 50 * GIB },
    });
  }
  await saveLargePlan(history, images);
}

/** A plan with an action for every image. */
export async function saveLargePlan(history: History, actions: number): Promise<void> {
  const run = largeRun(actions);
  await history.claimRun(run);
  await history.savePlan(run.id, planHeaderOf(run, actions), planRowsOf(actions), []);
}
