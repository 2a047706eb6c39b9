import { decidedAgain } from '../apply/guards/decided-again.ts';
import type { DecidedAgain, ImagesRun } from '../apply/images/images-run.ts';
import { applyImagesPhases } from '../apply/images/phases.ts';
import { endLine } from '../apply/journal-entry.ts';
import type { RunReport } from '../apply/run-report.ts';
import { streamIn } from '../evidence/stream-item.ts';
import type { Action } from '../plan/action.ts';
import { carryOut, type RunInput } from './apply-plan.ts';
import { imagesDecided } from './images-decided.ts';
import type { PlannedImages } from './prune-images.ts';

export interface ApplyImagesInput extends RunInput, ImagesRun {
  /** The plan's actions, from the first, each time it is called. */
  readonly actions: () => AsyncIterable<Action>;
  /** Looks at all clusters and decides as the plan did: with its policy, now. */
  readonly planAgain: (signal: AbortSignal) => Promise<PlannedImages>;
  /** What the plan was made from, where that was just now; undefined for a plan from a file. */
  readonly made: PlannedImages | undefined;
  /** How old what was seen may be, in milliseconds. */
  readonly recheckAfterMs: number;
}

/**
 * Applies a plan for OpenShift's images. Whether all still holds is decided anew from a look of its own: before anything is done, once the
 * items have left their streams, and whenever the last look has grown old.
 *
 * @throws INTEGRATED_REGISTRY_UNSUPPORTED, INTEGRATED_REGISTRY_UNAUTHORIZED before anything is done, where the registry would refuse
 */
export async function applyImagesPlan(input: ApplyImagesInput): Promise<RunReport> {
  const { made, planAgain, nowMs } = input;
  const deciding = decidedAgain({
    decide: async (signal): Promise<DecidedAgain> => imagesDecided(await planAgain(signal)),
    first: made === undefined ? undefined : imagesDecided(made),
    nowMs,
    maxAgeMs: input.recheckAfterMs,
  });
  const underLease = async (signal: AbortSignal): Promise<void> => {
    await assertRegistryDeletes(input, signal);
    if (input.header.actionCount > 0) await deciding.ask(signal);
    await input.underLease?.(signal);
  };
  return await carryOut({ ...input, underLease }, async (context) => {
    const { actions } = input;
    const applied = await applyImagesPhases({ run: input, actions, deciding, context });
    await context.journal.append([endLine(nowMs(), applied)]);
    return applied;
  });
}

/** Asked once, with what can not be there: a refusal is told before the first stream is changed, and once. */
async function assertRegistryDeletes({ registry, actions }: ApplyImagesInput, signal: AbortSignal): Promise<void> {
  if (registry === undefined) return;
  for await (const { do: kind, target } of actions()) {
    if (kind !== 'delete-manifest-link' && kind !== 'delete-layer-link') continue;
    return await registry.assertCanDelete(streamIn(target.scope), signal);
  }
  for await (const { do: kind } of actions())
    if (kind === 'delete-blob') return await registry.assertCanDelete('openshift/winnow', signal);
}
