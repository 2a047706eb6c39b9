import { nodeDoer } from '../apply/node/node-doer.ts';
import type { RunReport } from '../apply/run-report.ts';
import type { Runtime } from '../systems/runtime/contract.ts';
import { type ApplyInput, applyPlan } from './apply-plan.ts';
import { diskCounts } from './node-header.ts';

export interface ApplyNodeInput extends Omit<ApplyInput, 'doer' | 'concurrency'> {
  readonly runtime: Runtime;
}

export type { RunReport };

/** Applies a plan for a node, one thing after the other, and has the runtime collect in the end: only then the disk has its space back. */
export async function applyNodePlan(input: ApplyNodeInput): Promise<RunReport> {
  const { runtime, nowMs, signal } = input;
  const before = await diskCounts(runtime, signal);
  const report = await applyPlan({ ...input, concurrency: 1, doer: nodeDoer(runtime, { nowMs }) });
  // Also after a stop: what was begun is to be finished.
  await runtime.collect(new AbortController().signal);
  return { ...report, disks: { before, after: await diskCounts(runtime, new AbortController().signal) } };
}
