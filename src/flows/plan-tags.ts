import { type PastRuns, readPastRuns } from '../apply/past-runs.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { linkRecords, type TagRecord } from '../evidence/link-records.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import { brokenLimits, type Limits } from '../plan/limits.ts';
import type { FlowName, Plan, PlanScope } from '../plan/plan.ts';
import { systemName } from '../plan/plan.ts';
import { type RegistryActions, type RegistryMeans, registryActions } from '../plan/registry-actions.ts';
import { countRepositories, type RepositoryCounts, sumByReason } from '../plan/repository-counts.ts';
import { type Decisions, decide, type Ruleset } from '../policy/decide.ts';
import type { View } from '../policy/view.ts';
import type { Journal } from '../systems/journal/contract.ts';
import { survey } from './survey.ts';

/** All that a plan for a registry's tags needs to know; the sources can only look. */
export interface PlanTagsInput {
  readonly flow: FlowName;
  readonly id: string;
  readonly scope: PlanScope;
  /** Surveys the registry. `alsoLookAt`: what an earlier run may have left behind. */
  readonly registry: (alsoLookAt: PastRuns['leftBehind']) => Source;
  readonly records: readonly Source[];
  /** Of earlier runs. */
  readonly journal: Journal;
  /** Records that a tag's name stands for. */
  readonly recordsOf: (scope: string, tag: string) => readonly TagRecord[];
  /** Called once all is surveyed: remembers the tags that were seen, and returns since when each is known. */
  readonly remember: (evidence: Evidence) => Promise<(tag: number) => number | undefined>;
  /** Sentences on counts that dropped strangely since the last run. */
  readonly drops: (repositories: readonly RepositoryCounts[]) => Promise<readonly string[]>;
  readonly ruleset: Ruleset;
  /** The policy as it stands in the settings, for the plan's reader. */
  readonly policy: unknown;
  readonly classNameOf: (repository: string) => string;
  readonly limits: Limits;
  readonly means: RegistryMeans;
  /** How to reach the records again, without credentials. */
  readonly recordsShown: readonly string[];
  readonly expiresAfterMs: number;
  readonly nowMs: () => number;
}

/** A plan, and what it was made from: for `explain` and the reports. */
export interface Planned {
  readonly plan: Plan;
  readonly view: View;
  readonly decisions: Decisions;
  readonly actions: RegistryActions;
}

/** evidence → graph → policy → plan, for the tags of a registry. */
export async function planTags(input: PlanTagsInput, signal: AbortSignal): Promise<Planned> {
  const { flow, id, scope, policy, limits, recordsShown: records, nowMs } = input;
  const past = await readPastRuns(input.journal, systemName(scope));
  const sources = [input.registry(past.leftBehind), ...input.records, past.source];
  const { evidence, sink } = await survey(sources, nowMs, signal);
  linkRecords(evidence, sink, input.recordsOf);
  const firstSeenMs = await input.remember(evidence);

  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: nowMs(), firstSeenMs };
  const decisions = decide(view, input.ruleset);
  const actions = registryActions(evidence, graph, view.keepers, decisions, input.means);

  const repositories = countRepositories(view, decisions, actions, input.classNameOf);
  const header = {
    ...{ winnow: 'plan/v1' as const, id, flow, scope },
    madeAtMs: view.nowMs,
    expiresAtMs: view.nowMs + input.expiresAfterMs,
    ...{ records, evidence: evidence.sources, gaps: evidence.gaps, policy, limits },
    broken: [...brokenLimits(limits, repositories), ...(await input.drops(repositories))],
    ...{ repositories, keptByReason: sumByReason(repositories), actionCount: actions.actions.length },
    freesBytes: actions.actions.reduce((sum, action) => sum + action.freesBytes, 0),
  };
  return { plan: { header, actions: actions.actions }, view, decisions, actions };
}
