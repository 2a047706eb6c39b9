import { recordsOfTags } from '../../config/reconcile-policy.ts';
import { formatResource } from '../../evidence/resource.ts';
import { type ApplyRegistryInput, applyRegistryPlan, type RunReport } from '../../flows/apply-registry-plan.ts';
import { forgetRunsBefore } from '../../flows/run-history.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Log } from '../log.ts';
import { startProgress } from '../progress.ts';
import { runIdFor } from './ids.ts';
import { assertCanDelete } from './means.ts';
import { rememberRegistry, watchedRecords } from './memory.ts';
import type { Session } from './session.ts';

/** A plan as it is applied: checked from end to end, its actions and lines readable again. */
export interface PlanToRun {
  readonly header: PlanHeader;
  readonly actions: AsyncIterable<Action>;
  readonly lines: Iterable<string>;
}

/** Applies a plan to the registry of this session. */
export async function runPlan(session: Session, plan: PlanToRun): Promise<RunReport> {
  const { settings, terminal, journal, log } = session;
  const { header } = plan;
  const registry = await session.registry();
  assertCanDelete(registry.host, await registry.capabilities(terminal.signal));
  const runId = runIdFor(header, await journal.runs(), terminal.nowMs());
  const { concurrency, recheckRecordsEveryMs } = settings.apply;
  const state = await session.state();
  const records = await session.records(registry.host);
  log.info('applying', { run_id: runId, plan_id: header.id, registry: registry.host, actions: header.actionCount });
  // Written ahead: when this run is killed, the next one must not be wary of what it removed.
  if (header.flow === 'reconcile' && header.broken.length === 0)
    await rememberRegistry(header, state, terminal.nowMs(), plannedTags(header));
  const progress = startProgress(terminal, 'removing');
  try {
    return await applyRegistryPlan({
      header,
      actions: plan.actions,
      planLines: plan.lines,
      runId,
      by: session.by,
      journal,
      leases: await session.leases(),
      registry,
      records: records.map((one) => watchedRecords(one, registry.host, state)),
      recordsOf: recordsOfTags(settings),
      recordsMaxAgeMs: recheckRecordsEveryMs,
      concurrency,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: (tally, action, outcome) => {
        logOutcome(log, runId, action, outcome);
        const ended = tally.done + tally.alreadyGone + tally.skipped + tally.failed;
        progress.update(
          ended,
          `${tally.done} done, ${tally.skipped} skipped, ${tally.failed} failed`,
          header.actionCount,
        );
      },
    });
  } finally {
    progress.stop();
  }
}

function plannedTags({ repositories }: PlanHeader): number {
  return repositories.reduce((sum, { removed }) => sum + removed, 0);
}

/** The hold of older runs is over: their journals go. It comes last, and a failure of it is no failure of the run. */
export async function forgetOldRuns({ settings, journal, terminal, log }: Session): Promise<void> {
  try {
    for (const runId of await forgetRunsBefore(journal, terminal.nowMs() - settings.apply.undoForMs))
      log.info('forgot', { run_id: runId, undo_for: formatDuration(settings.apply.undoForMs) });
  } catch (error) {
    log.warn('old runs could not be forgotten', { why: messageOf(error) });
  }
}

/** One line for each action: who reads the log of a job sees what went, and why. */
function logOutcome(
  log: Log,
  runId: string,
  action: Action,
  outcome: Parameters<ApplyRegistryInput['onProgress']>[2],
): void {
  const { target, do: kind, reason, freesBytes } = action;
  const fields = { run_id: runId, action: kind, target: formatResource(target), reason, bytes: freesBytes };
  if (outcome.result === 'skipped') log.warn('skipped', { ...fields, guard: outcome.guard, why: outcome.why });
  else if (outcome.result === 'failed') log.warn('failed', { ...fields, error_code: outcome.code, why: outcome.why });
  else log.info(outcome.result === 'done' ? 'removed' : 'already gone', fields);
}
