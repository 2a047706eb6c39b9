import { type PastRuns, readPastRuns } from '../apply/past-runs.ts';
import type { Collection, Evidence } from '../evidence/evidence.ts';
import { linkRecords, type TagRecord } from '../evidence/link-records.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import type { Digest } from '../oci/digest.ts';
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
  /** Surveys the registry. `alsoLookAt`: what an earlier run may have left behind, and what else is known by digest only. */
  readonly registry: (alsoLookAt: LookAt) => Source;
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
  /** What `prune` knows besides. */
  readonly uses?: UsesInput;
  /** Joins what else is known with the evidence: pulls, pushes. */
  readonly linkMore?: (evidence: Evidence, sink: Sink) => void;
}

/** Manifests of a repository to look for by digest, which no tag may name. */
export type LookAt = (repository: string) => readonly Digest[] | Promise<readonly Digest[]>;

/** Who uses images, and how that is joined with the registry. */
export interface UsesInput {
  /** Asked before the registry: their answers tell it where to look. */
  readonly sources: readonly Source[];
  readonly alsoLookAt: (uses: Evidence) => LookAt;
  /** Joins what all have said. */
  readonly link: (evidence: Evidence, sink: Sink) => void;
  /** What earlier runs and others know of the tags, once these were remembered. */
  readonly recall: (evidence: Evidence) => Promise<Pick<View, 'tagHistory' | 'pullsKnownSinceMs'>>;
  /** Nearer words for why things stay. */
  readonly reword: (view: View, decisions: Decisions) => Decisions;
  /** Whether somebody uses a tag, for the counts. */
  readonly isUsed: (view: View) => (tag: number) => boolean;
}

/** A plan, and what it was made from: for `explain` and the reports. */
export interface Planned {
  readonly plan: Plan;
  readonly view: View;
  readonly decisions: Decisions;
  readonly actions: RegistryActions;
  readonly means: RegistryMeans;
}

/** evidence → graph → policy → plan, for the tags of a registry. */
export async function planTags(input: PlanTagsInput, signal: AbortSignal): Promise<Planned> {
  const { flow, id, scope, policy, limits, recordsShown: records, nowMs } = input;
  const past = await readPastRuns(input.journal, systemName(scope));
  const collection = await lookAround(input, past, signal);
  const { evidence, sink } = collection;
  linkRecords(evidence, sink, input.recordsOf);
  input.uses?.link(evidence, sink);
  input.linkMore?.(evidence, sink);
  const firstSeenMs = await input.remember(evidence);
  const recalled = await input.uses?.recall(evidence);

  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: nowMs(), firstSeenMs, ...recalled };
  const decided = decide(view, input.ruleset);
  const decisions = input.uses?.reword(view, decided) ?? decided;
  const actions = registryActions(evidence, graph, view.keepers, decisions, input.means);

  const repositories = countRepositories(view, decisions, actions, input.classNameOf, input.uses?.isUsed(view));
  const header = {
    ...{ winnow: 'plan/v1' as const, id, flow, scope },
    madeAtMs: view.nowMs,
    expiresAtMs: view.nowMs + input.expiresAfterMs,
    ...{ records, evidence: evidence.sources, gaps: evidence.gaps, policy, limits },
    broken: [...brokenLimits(limits, repositories), ...(await input.drops(repositories))],
    ...{ repositories, keptByReason: sumByReason(repositories), actionCount: actions.actions.length },
    freesBytes: actions.actions.reduce((sum, action) => sum + action.freesBytes, 0),
  };
  return { plan: { header, actions: actions.actions }, view, decisions, actions, means: input.means };
}

/** Surveys those who use images, then everything else side by side. */
async function lookAround(input: PlanTagsInput, past: PastRuns, signal: AbortSignal): Promise<Collection> {
  const { uses, nowMs } = input;
  const used = await survey(uses?.sources ?? [], nowMs, signal);
  const more = uses?.alsoLookAt(used.evidence);
  const alsoLookAt: LookAt =
    more === undefined ? past.leftBehind : async (one) => [...past.leftBehind(one), ...(await more(one))];
  return await survey([input.registry(alsoLookAt), ...input.records, past.source], nowMs, signal, used);
}
