import { recordsOfTags } from '../../config/reconcile-policy.ts';
import { type ApplyRegistryInput, applyRegistryPlan, type RunReport } from '../../flows/apply-registry-plan.ts';
import { forgetRunsBefore } from '../../flows/run-history.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { startProgress } from '../progress.ts';
import { runIdFor } from './ids.ts';
import { assertCanDelete } from './means.ts';
import { rememberRegistry, watchedRecords } from './memory.ts';
import { outcomeLog } from './outcome-log.ts';
import { pushesSince } from './pushes-since.ts';
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
  const uses = await usesOf(session, header);
  const pushes = pushesSince(session, registry.host, header);
  log.info('applying', { run_id: runId, plan_id: header.id, registry: registry.host, actions: header.actionCount });
  const progress = startProgress(terminal, 'removing');
  const outcomes = outcomeLog(log, runId);
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
      ...(uses === undefined ? {} : { uses }),
      ...(pushes === undefined ? {} : { pushes }),
      concurrency,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      // Written ahead: when this run is killed, the next one must not be wary of what it removed.
      underLease: async () => {
        if (countsTags(header)) await rememberRegistry(header, state, terminal.nowMs(), plannedTags(header));
      },
      onProgress: (tally, action, outcome) => {
        outcomes.note(action, outcome);
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
    outcomes.finish();
  }
}

/** Whether a plan is about all tags of a registry, so that the next one compares their number. */
export function countsTags({ flow }: Pick<PlanHeader, 'flow'>): boolean {
  return flow === 'reconcile' || flow === 'prune';
}

/** The clusters by which a plan was made are asked again, and names are understood as they were then. */
async function usesOf(
  session: Session,
  { flow, clusters = [], references }: PlanHeader,
): Promise<ApplyRegistryInput['uses']> {
  if (flow !== 'prune' || clusters.length === 0 || references === undefined) return undefined;
  const { settings } = session;
  const extractors = [...settings.references.customResources, ...references.customResources];
  const sources = (await session.clusters()).map((cluster) => cluster.uses({ extractors }));
  return { sources, rules: references, maxAgeMs: settings.prune.recheckClustersEveryMs };
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
