import { applyPart, failure } from '../apply/apply.ts';
import { type NodeUsesGuard, nodeUsesAgree, nodeUsesNow } from '../apply/guards/node-uses.ts';
import { type CanBePulled, repullableNow } from '../apply/guards/repullable-now.ts';
import { endLine } from '../apply/journal-entry.ts';
import { nodeDoer } from '../apply/node/node-doer.ts';
import { type UnlessHung, untilHung } from '../apply/node/until-hung.ts';
import type { RunReport, Unfinished } from '../apply/run-report.ts';
import type { Source } from '../evidence/sink.ts';
import type { DiskCounts } from '../plan/node-counts.ts';
import type { Runtime } from '../systems/runtime/contract.ts';
import { type ApplyInput, carryOut } from './apply-plan.ts';
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
 * What the runtime fails at is told in the report and in the journal, whatever it is: what was removed before it was removed.
 *
 * @throws CLUSTER_… before anything is done, when a cluster refuses to be read; one that is out of reach holds back the images that it may use.
 */
export async function applyNodePlan(input: ApplyNodeInput): Promise<RunReport> {
  const { runtime, nowMs, signal } = input;
  const unlessHung = untilHung();
  const { attempt, unfinished } = attempts(unlessHung);
  const measure = async (signal: AbortSignal): Promise<readonly DiskCounts[]> =>
    (await attempt('measuring the disks of images', () => diskCounts(runtime, signal))) ?? [];

  const before = await measure(signal);
  let after: readonly DiskCounts[] = [];
  const uses = usesGuard(input);
  const underLease = async (signal: AbortSignal): Promise<void> => {
    if ((input.header.node?.images.removed ?? 0) > 0) await uses?.ask(signal);
    await input.underLease?.(signal);
  };
  const report = await carryOut({ ...input, concurrency: 1, underLease }, async (context) => {
    const guards = [...(uses === undefined ? [] : [uses.guard]), repullableNow(input.canBePulled)];
    const doer = nodeDoer(runtime, { nowMs, unlessHung });
    const applied = await applyPart(input.actions, { ...context, doer, guards });
    // Also after a stop: what was begun is to be finished. Each call has its deadline.
    const { signal: never } = new AbortController();
    await attempt('having the runtime collect what nothing refers to', () => runtime.collect(never));
    after = await measure(never);
    await context.journal.append([endLine(nowMs(), { ...applied, ...unfinished() })]);
    return applied;
  });
  return { ...report, disks: { before, after }, ...unfinished() };
}

interface Attempts {
  /** @returns undefined where it failed, which is noted */
  attempt<T>(what: string, ask: () => Promise<T>): Promise<T | undefined>;
  unfinished(): { readonly unfinished?: readonly Unfinished[] };
}

function attempts(unlessHung: UnlessHung): Attempts {
  const noted: Unfinished[] = [];
  return {
    attempt: async (what, ask) => {
      try {
        return await unlessHung(ask);
      } catch (error) {
        const outcome = failure(error);
        // What was measured neither before nor after is told once.
        if (outcome.result === 'failed' && !noted.some((one) => one.what === what))
          noted.push({ what, code: outcome.code, why: outcome.why });
        return undefined;
      }
    },
    unfinished: () => (noted.length === 0 ? {} : { unfinished: noted }),
  };
}

function usesGuard({ uses, header, nowMs }: ApplyNodeInput): NodeUsesGuard | undefined {
  if (uses === undefined || uses.sources.length === 0) return undefined;
  const { sources, maxAgeMs } = uses;
  const read = async (signal: AbortSignal) =>
    nodeUsesNow((await survey(sources, nowMs, signal)).evidence, header.madeAtMs);
  return nodeUsesAgree({ read, nowMs, maxAgeMs });
}
