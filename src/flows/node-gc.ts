import type { BadReference } from '../evidence/bad-reference.ts';
import type { Evidence, SourceSummary } from '../evidence/evidence.ts';
import { linkNodeImages } from '../evidence/link-node-images.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import { buildGraph, type Graph, reverseGraph } from '../graph/graph.ts';
import type { Action } from '../plan/action.ts';
import { type NodeActions, nodeActions, staysWithout } from '../plan/node-actions.ts';
import type { NodeCounts } from '../plan/node-counts.ts';
import type { Plan, PlanHeader, PlanScope } from '../plan/plan.ts';
import { releaseContent } from '../plan/release-content.ts';
import { bytesToFree, type Watermarks } from '../plan/watermark.ts';
import { conclude, type Decisions, markRoots } from '../policy/decide.ts';
import type { NodeGcPolicy } from '../policy/node-gc/policy.ts';
import { nodeGcRuleset } from '../policy/node-gc/ruleset.ts';
import type { View } from '../policy/view.ts';
import type { RuntimeReader } from '../systems/runtime/contract.ts';
import { diskCounts, nodeCounts } from './node-header.ts';
import { type CanBePulled, notRepullable } from './repullable.ts';
import { survey } from './survey.ts';

export interface NodeGcInput {
  readonly id: string;
  readonly scope: PlanScope;
  readonly runtime: RuntimeReader;
  /** What names images in clusters, so that they stay though nothing runs from them just now. */
  readonly uses: readonly Source[];
  /** The clusters among them, as on a command line, and how their objects are read: a plan remembers both. */
  readonly clusters?: Pick<PlanHeader, 'clusters' | 'references'>;
  readonly policy: NodeGcPolicy;
  /** Called once all is surveyed: notes what is in use now, and returns since when each image is not. */
  readonly remember: (evidence: Evidence) => Promise<(image: ResourceId) => number | undefined>;
  readonly watermarks: Watermarks | undefined;
  /** Asks a registry whether it still has an image; absent: nobody is asked. */
  readonly canBePulled: CanBePulled | undefined;
  /** Also let go of the packed layers of what stays. */
  readonly releaseContent: boolean;
  /** The policy as it stands in the settings. */
  readonly shownPolicy: unknown;
  readonly expiresAfterMs: number;
  readonly nowMs: () => number;
}

/** A plan for a node, and what it was made from. */
export interface PlannedNode {
  readonly plan: Plan & { readonly header: { readonly node?: NodeCounts } };
  readonly view: View;
  readonly decisions: Decisions;
  readonly actions: NodeActions;
}

/** evidence → graph → policy → plan, for the containers, sandboxes and images of a node. */
export async function planNodeGc(input: NodeGcInput, signal: AbortSignal): Promise<PlannedNode> {
  const { id, scope, runtime, policy, nowMs } = input;
  const readConfigs = (policy.images?.labels.length ?? 0) > 0 || policy.images?.minBuildAgeMs !== undefined;
  const disks = await diskCounts(runtime, signal);
  const { evidence, sink } = await survey([runtime.source({ readConfigs }), ...input.uses], nowMs, signal);
  const badReferences = holdWhatItMayMean(evidence, sink, linkNodeImages(evidence, sink));
  const unusedSinceMs = await input.remember(evidence);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: nowMs(), firstSeenMs: () => undefined };

  const ruleset = nodeGcRuleset(policy, unusedSinceMs);
  const marking = markRoots(view, ruleset);
  const late = await notRepullable(view, marking, input.canBePulled, signal);
  const decisions = conclude(view, ruleset, marking, late);
  const wanted = input.watermarks;
  const wantedBytes = wanted === undefined ? undefined : Math.max(0, ...disks.map((disk) => bytesToFree(disk, wanted)));
  const actions = nodeActions({
    evidence,
    graph,
    keepers: view.keepers,
    decisions,
    lastUsedMs: unusedSinceMs,
    wantedBytes,
    requireRepullable: input.canBePulled !== undefined,
  });

  const released = input.releaseContent
    ? await toRelease(input, { evidence, graph, decisions, actions }, signal)
    : none;
  const all = [...actions.actions, ...released.actions];
  const header = {
    ...{ winnow: 'plan/v1' as const, id, flow: 'node-gc' as const, scope },
    madeAtMs: view.nowMs,
    expiresAtMs: view.nowMs + input.expiresAfterMs,
    ...{
      records: [],
      evidence: usesFirst(evidence.sources, input.uses),
      gaps: evidence.gaps,
      policy: input.shownPolicy,
      limits: {},
      broken: [],
    },
    ...input.clusters,
    ...{ badReferences, repositories: [], keptByReason: countKept(evidence, graph, decisions, actions) },
    ...{ actionCount: all.length, freesBytes: all.reduce((sum, { freesBytes }) => sum + freesBytes, 0) },
    node: {
      ...nodeCounts({ view, actions, disks, description: await runtime.describe(signal), wantedBytes }),
      ...(released.refused === undefined ? {} : { contentStays: released.refused }),
    },
  };
  return { plan: { header, actions: all }, view, decisions, actions };
}

/** In the order of the command line, whoever answered first. */
function usesFirst(sources: readonly SourceSummary[], uses: readonly Source[]): readonly SourceSummary[] {
  const places = new Map(uses.map(({ name }, index) => [name, index]));
  const place = ({ source }: SourceSummary) => places.get(source) ?? uses.length;
  return [...sources].sort((a, b) => place(a) - place(b));
}

/** A name that can't be read could be that of any image: while there is one, no image goes. */
function holdWhatItMayMean(evidence: Evidence, sink: Sink, unread: readonly string[]): readonly BadReference[] {
  const [first] = unread;
  if (first === undefined) return [];
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === 'node-image')
      sink.holds(id, `a workload names an image ${JSON.stringify(first)}, which may be this`);
  return unread.map((reference) => ({
    reference,
    by: [],
    why: 'it is no name of an image',
    keeps: ['every image of the node'],
  }));
}

interface Release {
  readonly actions: readonly Action[];
  readonly refused?: string;
}

const none: Release = { actions: [] };

/** The packed layers of what stays, unless that would do harm here. */
async function toRelease(
  { runtime }: NodeGcInput,
  { evidence, graph, decisions, actions }: Omit<PlannedNode, 'plan' | 'view'> & Pick<View, 'evidence' | 'graph'>,
  signal: AbortSignal,
): Promise<Release> {
  const refused = await runtime.whyNotRelease(signal);
  if (refused !== undefined) return { actions: [], refused };
  const marks = staysWithout({ evidence, graph, decisions }, actions.gone);
  return { actions: releaseContent(evidence, graph, marks, actions.actions.length + 1) };
}

const counted: ReadonlySet<ResourceKind> = new Set(['container', 'sandbox', 'node-image']);

function countKept(evidence: Evidence, graph: Graph, decisions: Decisions, { keptAfterAll }: NodeActions) {
  const sums: Record<string, number> = {};
  for (let id = 0; id < graph.size; id += 1) {
    if (!counted.has(evidence.resources.kind(id)) || !evidence.exists(id)) continue;
    const kept = decisions.isDeleted(id) ? keptAfterAll.get(id) : decisions.reasonOf(id);
    if (kept !== undefined) sums[kept.code] = (sums[kept.code] ?? 0) + 1;
  }
  return sums;
}
