import { recordsOfTags } from '../../config/reconcile-policy.ts';
import { applyRegistryPlan, type RunReport } from '../../flows/apply-registry-plan.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { startProgress } from '../progress.ts';
import { runIdFor } from './ids.ts';
import { assertCanDelete } from './means.ts';
import { watchedRecords } from './memory.ts';
import type { Session } from './session.ts';

/** A plan as it is applied: checked from end to end, its actions and lines readable again. */
export interface PlanToRun {
  readonly header: PlanHeader;
  readonly actions: AsyncIterable<Action>;
  readonly lines: Iterable<string>;
}

/** Applies a plan to the registry of this session. */
export async function runPlan(session: Session, plan: PlanToRun): Promise<RunReport> {
  const { settings, terminal, journal } = session;
  const { header } = plan;
  const registry = await session.registry();
  assertCanDelete(registry.host, await registry.capabilities(terminal.signal));
  const runId = runIdFor(header.id, await journal.runs());
  const { concurrency, recheckRecordsEveryMs } = settings.apply;
  const state = await session.state();
  const records = await session.records(registry.host);
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
      onProgress: (tally) => {
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
