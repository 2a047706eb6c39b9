import type { Tally } from '../../apply/outcome.ts';
import type { RunStory } from '../../apply/run-story.ts';
import type { FlowName, PlanScope } from '../../plan/plan.ts';
import { systemName } from '../../plan/plan.ts';
import { isoTime } from '../words.ts';

/** A past run in one line, from its journal. */
export interface RunSummary {
  readonly runId: string;
  readonly planId: string;
  readonly flow: FlowName;
  readonly scope: PlanScope;
  readonly by: string;
  readonly beganAtMs: number;
  readonly endedAtMs: number | undefined;
  /** `undone`: all that it removed was brought back. `cut short`: it did not come to its own end, or has not yet; the next run goes on where it stopped. */
  readonly status: 'ended' | 'cut short' | 'undone';
  /** Actions in its plan. */
  readonly planned: number;
  readonly tally: Tally;
}

export function summarizeRun(runId: string, story: RunStory): RunSummary {
  const { header, by } = story.begin;
  return {
    runId,
    planId: header.id,
    flow: header.flow,
    scope: header.scope,
    by,
    beganAtMs: story.beganAtMs,
    endedAtMs: story.endedAtMs,
    status: story.undoneAtMs !== undefined ? 'undone' : story.endedAtMs === undefined ? 'cut short' : 'ended',
    planned: header.actionCount,
    tally: story.tally,
  };
}

/** A past run for programs. */
export function runSummaryDocument({ scope, beganAtMs, endedAtMs, tally, ...rest }: RunSummary): object {
  const { freedBytes, ...counts } = tally;
  return {
    ...rest,
    cluster: scope.cluster,
    registry: systemName(scope),
    beganAt: isoTime(beganAtMs),
    endedAt: endedAtMs === undefined ? undefined : isoTime(endedAtMs),
    counts,
    freedBytes,
  };
}
