import { failure } from '../apply/apply.ts';
import { type NodeUsesGuard, nodeUsesAgree, nodeUsesNow } from '../apply/guards/node-uses.ts';
import { type CanBePulled, repullableNow } from '../apply/guards/repullable-now.ts';
import { nodeDoer } from '../apply/node/node-doer.ts';
import { untilHung } from '../apply/node/until-hung.ts';
import type { RunReport, Unfinished } from '../apply/run-report.ts';
import type { Source } from '../evidence/sink.ts';
import type { DiskCounts } from '../plan/node-counts.ts';
import type { Runtime } from '../systems/runtime/contract.ts';
import { type ApplyInput, applyPlan } from './apply-plan.ts';
import { diskCounts } from './node-header.ts';
import { survey } from './survey.ts';

export interface ApplyNodeInput extends Omit<ApplyInput, 'doer' | 'guards' | 'concurrency'> {
  readonly runtime: Runtime;
  /** Clusters and static pods, to be asked again before images go: of plans that were made by what they name. */
  readonly uses?: {
    readonly sources: readonly Source[];
    /** How old their answer may be, in milliseconds. */
    readonly maxAgeMs: number;
  };
  /** Asked once more right before each image of which the plan expects that it can be pulled again. */
  readonly canBePulled: CanBePulled;
}

export type { RunReport };

/**
 * Applies a plan for a node, one thing after the other, and has the runtime collect in the end: only then the disk has its space back.
 * What the runtime fails at is told in the report, whatever it is: what was removed before it was removed.
 *
 * @throws CLUSTER_… before anything is done, when a cluster refuses to be read; one that is out of reach holds back the images that it may use.
 */
export async function applyNodePlan(input: ApplyNodeInput): Promise<RunReport> {
  const { runtime, nowMs, signal } = input;
  const unlessHung = untilHung();
  const unfinished: Unfinished[] = [];
  const attempt = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await unlessHung(ask);
    } catch (error) {
      const outcome = failure(error);
      // What was measured neither before nor after is told once.
      if (outcome.result === 'failed' && !unfinished.some((one) => one.what === what))
        unfinished.push({ what, code: outcome.code, why: outcome.why });
      return undefined;
    }
  };
  const measure = async (signal: AbortSignal): Promise<readonly DiskCounts[]> =>
    (await attempt('measuring the disks of images', () => diskCounts(runtime, signal))) ?? [];

  const before = await measure(signal);
  const uses = usesGuard(input);
  const report = await applyPlan({
    ...input,
    concurrency: 1,
    doer: nodeDoer(runtime, { nowMs, unlessHung }),
    guards: [...(uses === undefined ? [] : [uses.guard]), repullableNow(input.canBePulled)],
    underLease: async (signal) => {
      if ((input.header.node?.images.removed ?? 0) > 0) await uses?.ask(signal);
      await input.underLease?.(signal);
    },
  });
  // Also after a stop: what was begun is to be finished. Each call has its deadline.
  const { signal: never } = new AbortController();
  await attempt('having the runtime collect what nothing refers to', () => runtime.collect(never));
  const after = await measure(never);
  return { ...report, disks: { before, after }, ...(unfinished.length === 0 ? {} : { unfinished }) };
}

function usesGuard({ uses, header, nowMs }: ApplyNodeInput): NodeUsesGuard | undefined {
  if (uses === undefined || uses.sources.length === 0) return undefined;
  const { sources, maxAgeMs } = uses;
  const read = async (signal: AbortSignal) =>
    nodeUsesNow((await survey(sources, nowMs, signal)).evidence, header.madeAtMs);
  return nodeUsesAgree({ read, nowMs, maxAgeMs });
}
