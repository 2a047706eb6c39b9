import { recordsAgree, recordsNow } from '../../apply/guards/records-agree.ts';
import { registryDoer } from '../../apply/registry/registry-doer.ts';
import type { RunReport } from '../../apply/run-report.ts';
import { recordsOfTags } from '../../config/reconcile-policy.ts';
import { applyPlan } from '../../flows/apply-plan.ts';
import { survey } from '../../flows/survey.ts';
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
  const progress = startProgress(terminal, 'removing');
  try {
    return await applyPlan({
      header,
      actions: plan.actions,
      planLines: plan.lines,
      runId,
      by: session.by,
      journal,
      leases: await session.leases(),
      doer: registryDoer(registry, { runId, nowMs: terminal.nowMs, concurrency }),
      guards: [await agreeingRecords(session, registry.host, recheckRecordsEveryMs)],
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

async function agreeingRecords(session: Session, host: string, maxAgeMs: number) {
  const { settings, terminal } = session;
  const state = await session.state();
  const records = await session.records(host);
  return recordsAgree({
    read: async (signal) => {
      const sources = records.map((one) => watchedRecords(one, host, state));
      return recordsNow((await survey(sources, terminal.nowMs, signal)).evidence);
    },
    recordsOf: recordsOfTags(settings),
    nowMs: terminal.nowMs,
    maxAgeMs,
  });
}
