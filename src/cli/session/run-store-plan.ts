import { join } from 'node:path';
import { type ApplyStoreInput, applyStorePlan, type StoreRunReport } from '../../flows/apply-store-plan.ts';
import type { RunCheckInput } from '../../flows/checked-run.ts';
import { freshMarks, noFreshMarks } from '../../flows/fresh-mark.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { sumsOf } from '../../report/fsck/fsck-words.ts';
import { hasBroken } from '../../report/fsck/run-check.ts';
import { openDescriptorCache } from '../../systems/descriptor-cache/index.ts';
import type { Store, StoreSurveyOptions } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import type { CliErrorCode } from '../errors.ts';
import { startProgress } from '../progress.ts';
import { runIdFor } from './ids.ts';
import { outcomeLog } from './outcome-log.ts';
import { switchingOfRun } from './read-only-switching.ts';
import { openReplicas } from './replicas.ts';
import type { Session } from './session.ts';
import { noHolders, openRecordHolders, usesAgain } from './store-holders.ts';

/** A plan for a storage as it is applied: its actions readable as often as need be, and the mark that it was made from just now. */
export interface StorePlanToRun
  extends Pick<ApplyStoreInput, 'actions'>,
    Partial<Pick<ApplyStoreInput, 'mark' | 'part'>> {
  readonly header: PlanHeader;
  readonly lines: Iterable<string>;
  /** The mark is that of others as well, and none is made anew: what would need one is not done. */
  readonly isMarkShared?: boolean;
}

/** Times of a network file system are remembered for a minute by each side, and others have a grain of two seconds. */
const MARGIN_MS = 120_000;

/** Applies a plan to a storage. */
export async function runStorePlan(session: Session, store: Store, plan: StorePlanToRun): Promise<StoreRunReport> {
  const { settings, terminal, journal, log } = session;
  const { hardPrune, apply } = settings;
  const { header } = plan;
  const runId = runIdFor(header, await journal.runs(), terminal.nowMs());
  log.info('applying', { run_id: runId, plan_id: header.id, store: store.name, actions: header.actionCount });
  const switching = await switchingOfRun(session, store.name);
  if (plan.part !== undefined && switching !== undefined) throw notByParts(`switching ${switching.readOnly.name}`);
  if (plan.part !== undefined && settings.store.restartRegistry !== 'manual')
    throw notByParts('restarting the registry');
  const check = hardPrune.fsck ? checkOf(session, plan) : undefined;
  const replicas = await openReplicas(session);
  const cache = await openDescriptorCache(settings.store.cache);
  const asksHolders = deletesManifests(header);
  const { sources } = asksHolders ? await openRecordHolders(session, store) : noHolders;
  const uses = asksHolders ? await usesAgain(session, header) : undefined;
  const progress = startProgress(terminal, 'removing');
  const outcomes = outcomeLog(log, runId);
  try {
    const report = await applyStorePlan({
      ...{ header, actions: plan.actions, planLines: plan.lines, mark: plan.mark, runId, by: session.by, journal },
      ...{ store, replicas, cache, mode: hardPrune.mode, timing: timingOf(session), wait },
      ...(switching === undefined ? {} : { switching }),
      ...(check === undefined ? {} : { check: { ...check, onProgress: (words) => progress.update(0, words) } }),
      holders: {
        ...{ sources, maxAgeMs: apply.recheckRecordsEveryMs },
        ...(uses === undefined ? {} : { uses }),
      },
      leases: await session.leases(),
      concurrency: apply.concurrency,
      ...(plan.part === undefined ? {} : { part: plan.part }),
      freshMarks:
        plan.isMarkShared === true ? noFreshMarks : freshMarks(store, surveyOptionsOf(session), terminal.nowMs),
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      onProgress: (tally, action, outcome) => {
        outcomes.note(action, outcome);
        const { done, alreadyGone, skipped, failed } = tally;
        const words = `${done} done, ${skipped} skipped, ${failed} failed`;
        progress.update(done + alreadyGone + skipped + failed, words, header.actionCount);
      },
    });
    if (report.check !== undefined && hasBroken(report.check)) {
      const { broken, brokenTags } = sumsOf(report.check.appeared);
      log.warn('something is broken that was not before the run', { run_id: runId, broken, tags: brokenTags });
    }
    return report;
  } finally {
    progress.stop();
    outcomes.finish();
    await switching?.readOnly.close();
    await cache.close();
    for (const replica of replicas) await replica.close();
  }
}

/** So long lies between two looks at what seems to be broken. Writing a manifest and its links takes a server milliseconds. */
const LOOK_AGAIN_MS = 3000;

/** @throws USAGE_INVALID for a part: what runs on other parts have in hand looks broken */
function checkOf(session: Session, { part }: StorePlanToRun): Pick<RunCheckInput, 'survey' | 'pauseMs'> {
  if (part !== undefined)
    throw new CodedError<CliErrorCode>('USAGE_INVALID', 'checking the storage around a run: it is on a part alone', {
      hint: 'leave out --fsck (hardPrune.fsck), and run winnow fsck before the first part and after the last',
    });
  return { survey: surveyOptionsOf(session), pauseMs: LOOK_AGAIN_MS };
}

/** Other parts may be worked on meanwhile: the first to end would do it under all others. */
function notByParts(doing: string): CodedError {
  return new CodedError<CliErrorCode>('USAGE_INVALID', `${doing}: this run is on a part alone`, {
    hint: 'do it yourself before the first part and after the last, with --read-only-switch manual and --restart-registry manual',
  });
}

/** Only these can somebody hold. */
export function deletesManifests({ store }: Pick<PlanHeader, 'store'>): boolean {
  return (store?.steps['delete-manifest'] ?? 0) > 0;
}

function timingOf({ settings: { hardPrune } }: Session): ApplyStoreInput['timing'] {
  const { graceMs, holdMs, checkAfterMs } = hardPrune;
  return { graceMs, holdMs, settleMs: checkAfterMs, marginMs: MARGIN_MS };
}

/** How the storage is read, when planning and later: history as young as a blob has to be to stay keeps what it names. */
export function surveyOptionsOf({ settings, terminal, log }: Session): StoreSurveyOptions {
  const { store, hardPrune, stateDir } = settings;
  return {
    historySinceMs: terminal.nowMs() - hardPrune.minBlobAgeMs,
    indexDir: join(stateDir, 'stores'),
    onWarning: (what) => log.warn('the index of manifests is not kept', { why: what }),
    ...(store.readers === undefined ? {} : { readers: store.readers }),
  };
}
