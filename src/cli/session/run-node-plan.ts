import { applyNodePlan, type RunReport } from '../../flows/apply-node-plan.ts';
import type { Outcome } from '../../flows/apply-registry-plan.ts';
import type { Action } from '../../plan/action.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import { startProgress } from '../progress.ts';
import { registriesOf } from './can-be-pulled.ts';
import { runIdFor } from './ids.ts';
import { nodeUsesAgain } from './node-uses.ts';
import { outcomeLog } from './outcome-log.ts';
import type { PlanToRun } from './run-plan.ts';
import type { Session } from './session.ts';

/** Applies a plan to a node. @param onOutcome - told of each action that came to an end */
export async function runNodePlan(
  session: Session,
  runtime: Runtime,
  plan: PlanToRun,
  onOutcome: (action: Action, outcome: Outcome) => void = () => undefined,
): Promise<RunReport> {
  const { terminal, journal, log, settings } = session;
  const { header } = plan;
  const runId = runIdFor(header, await journal.runs(), terminal.nowMs());
  log.info('applying', { run_id: runId, plan_id: header.id, runtime: runtime.name, actions: header.actionCount });
  const uses = await nodeUsesAgain(session, header);
  const registries = registriesOf(settings.registry, terminal.env);
  const progress = startProgress(terminal, 'removing');
  const outcomes = outcomeLog(log, runId);
  try {
    return await applyNodePlan({
      ...{ header, actions: plan.actions, planLines: plan.lines, runId, by: session.by, journal, runtime },
      leases: await session.leases(),
      ...(uses === undefined ? {} : { uses }),
      canBePulled: registries.canBePulled,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: (tally, action, outcome) => {
        outcomes.note(action, outcome);
        onOutcome(action, outcome);
        const { done, alreadyGone, skipped, failed } = tally;
        progress.update(
          done + alreadyGone + skipped + failed,
          `${done} done, ${skipped} skipped, ${failed} failed`,
          header.actionCount,
        );
      },
    });
  } finally {
    progress.stop();
    outcomes.finish();
    await registries.close();
  }
}
