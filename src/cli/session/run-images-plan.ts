import { type ApplyImagesInput, applyImagesPlan } from '../../flows/apply-images-plan.ts';
import type { RunReport } from '../../flows/apply-registry-plan.ts';
import type { PlannedImages } from '../../flows/prune-images.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { ImageApi } from '../../systems/cluster/contract.ts';
import type { IntegratedRegistry } from '../../systems/integrated-registry/contract.ts';
import { wait } from '../../util/wait.ts';
import { startProgress } from '../progress.ts';
import { runIdFor } from './ids.ts';
import type { OpenImages } from './images-session.ts';
import { type ImagesChoices, planImagesAgain } from './make-images-plan.ts';
import { rememberRegistry } from './memory.ts';
import { outcomeLog } from './outcome-log.ts';
import type { Session } from './session.ts';

/** A plan for OpenShift's images as it is applied. */
export interface ImagesPlanToRun extends Pick<ApplyImagesInput, 'actions'> {
  readonly header: PlanHeader;
  readonly lines: Iterable<string>;
  /** What it was made from, where that was just now. */
  readonly made: PlannedImages | undefined;
  readonly choices: ImagesChoices;
  readonly numWorkers: number;
}

/** What a plan changes. */
export interface ImagesToChange {
  readonly api: ImageApi;
  readonly registry: IntegratedRegistry | undefined;
}

/** Applies a plan to an image API and its registry. */
export async function runImagesPlan(
  session: Session,
  open: OpenImages,
  { api, registry }: ImagesToChange,
  plan: ImagesPlanToRun,
): Promise<RunReport> {
  const { settings, terminal, journal, log } = session;
  const { header, choices } = plan;
  const scope = header.scope.images ?? { name: open.reader.name, cluster: open.shown };
  const runId = runIdFor(header, await journal.runs(), terminal.nowMs());
  const state = await session.state();
  log.info('applying', { run_id: runId, plan_id: header.id, image_api: scope.name, actions: header.actionCount });
  const progress = startProgress(terminal, 'removing');
  const outcomes = outcomeLog(log, runId);
  try {
    return await applyImagesPlan({
      ...{ header, actions: plan.actions, planLines: plan.lines, runId, by: session.by, journal, api, wait },
      ...(registry === undefined ? {} : { registry }),
      made: plan.made,
      planAgain: (signal) => planImagesAgain(session, open, scope, choices, signal),
      recheckAfterMs: settings.prune.recheckClustersEveryMs,
      leases: await session.leases(),
      concurrency: plan.numWorkers,
      nowMs: terminal.nowMs,
      signal: terminal.signal,
      // Written ahead: when this run is killed, the next one must not be wary of what it removed.
      underLease: async () =>
        await rememberRegistry(header, state, terminal.nowMs(), header.images?.streamItems.removed ?? 0),
      onProgress: (tally, action, outcome) => {
        outcomes.note(action, outcome);
        const { done, alreadyGone, skipped, failed } = tally;
        const words = `${done} done, ${skipped} skipped, ${failed} failed`;
        progress.update(done + alreadyGone + skipped + failed, words, header.actionCount);
      },
    });
  } finally {
    progress.stop();
    outcomes.finish();
  }
}
