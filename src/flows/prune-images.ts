import { readPastImageRuns } from '../apply/past-runs.ts';
import type { BadReference } from '../evidence/bad-reference.ts';
import { linkStreamUses } from '../evidence/link-stream-uses.ts';
import { linkStreams } from '../evidence/link-streams.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import { countImages, countStreams } from '../plan/count-images.ts';
import { imageActions } from '../plan/image-actions.ts';
import { brokenImageLimits } from '../plan/image-limits.ts';
import { imageSequence } from '../plan/image-sequence.ts';
import type { Limits } from '../plan/limits.ts';
import type { ImageApiScope, Plan, PlanScope } from '../plan/plan.ts';
import { type RepositoryCounts, sumByReason } from '../plan/repository-counts.ts';
import { type Decisions, decide } from '../policy/decide.ts';
import { endedPodCounts } from '../policy/prune-images/ended-pod.ts';
import { withUses } from '../policy/prune-images/in-use.ts';
import type { PruneImagesPolicy } from '../policy/prune-images/policy.ts';
import { pruneImagesRuleset } from '../policy/prune-images/ruleset.ts';
import type { View } from '../policy/view.ts';
import type { Journal } from '../systems/journal/contract.ts';
import { assertReadable } from './bad-references.ts';
import { survey } from './survey.ts';

/** All that a plan for an OpenShift image API needs to know; the sources can only look. */
export interface PruneImagesInput {
  readonly id: string;
  readonly scope: PlanScope & { readonly images: ImageApiScope };
  /** What the image API states: `ImageApiReader.source()`. */
  readonly imageApi: Source;
  /** What each cluster uses, the API's own among them: `Cluster.uses()`. */
  readonly uses: readonly Source[];
  /** Name of the cluster that the image API is of. */
  readonly ownCluster: string;
  /** Of earlier runs. */
  readonly journal: Journal;
  readonly policy: PruneImagesPolicy;
  /** `abort` stops before anything is decided; `ignore` takes away the protection of what a bad reference might mean. */
  readonly badReferences: 'protect' | 'abort' | 'ignore';
  /** Who uses one image of an index keeps the index. */
  readonly keepIndexOfUsedChild: boolean;
  readonly limits: Limits;
  /** Sentences on counts that dropped strangely since the last run. */
  readonly drops: (streams: readonly RepositoryCounts[]) => Promise<readonly string[]>;
  /** All clusters that were asked, as on a command line, without credentials. */
  readonly clustersShown: readonly string[];
  readonly expiresAfterMs: number;
  readonly nowMs: () => number;
}

/** A plan, and what it was made from: for `explain`, and for who asks to see what stays. */
export interface PlannedImages {
  readonly plan: Plan;
  readonly view: View;
  readonly decisions: Decisions;
}

/**
 * evidence → graph → policy → plan, for OpenShift's image streams, Images, and their data.
 *
 * @throws REFERENCES_UNREADABLE with `badReferences: 'abort'`, when there is any.
 */
export async function planPruneImages(input: PruneImagesInput, signal: AbortSignal): Promise<PlannedImages> {
  const { id, scope, policy, limits, nowMs } = input;
  const apiName = scope.images.name;
  const past = await readPastImageRuns(input.journal, apiName);
  const { evidence, sink } = await survey([input.imageApi, ...input.uses, past], nowMs, signal);
  const atMs = nowMs();
  const { ownCluster, keepIndexOfUsedChild, badReferences } = input;
  linkStreams(evidence, sink, apiName);
  const counts = endedPodCounts(evidence, policy, atMs);
  const bad = linkStreamUses(evidence, sink, { apiName, ownCluster, keepIndexOfUsedChild, badReferences, counts });
  if (badReferences === 'abort') assertReadable(bad);

  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: atMs, firstSeenMs: () => undefined };
  const decisions = withUses(view, decide(view, pruneImagesRuleset(policy)), isAmong(bad, view));
  const sequence = imageSequence(evidence, graph, decisions);

  const streams = countStreams(view, decisions, sequence);
  const images = countImages(view, decisions, sequence);
  const actions = imageActions({ evidence, graph, keepers: view.keepers, decisions, sequence });
  const header = {
    ...{ winnow: 'plan/v1' as const, id, flow: 'prune' as const, scope },
    ...{ madeAtMs: atMs, expiresAtMs: atMs + input.expiresAfterMs, records: [] },
    ...{ evidence: evidence.sources, gaps: evidence.gaps, policy, limits, badReferences: bad },
    broken: [...brokenImageLimits(limits, streams, images), ...(await input.drops(streams))],
    ...{ repositories: streams, keptByReason: sumByReason(streams), images, clusters: input.clustersShown },
    actionCount: sequence.ids.length,
    freesBytes: sequence.ids.reduce((sum, one) => sum + sequence.bytesOf(one), 0),
  };
  return { plan: { header, actions }, view, decisions };
}

function isAmong(bad: readonly BadReference[], { evidence: { resources } }: View): (reference: number) => boolean {
  const texts = new Set(bad.map(({ reference }) => reference));
  return (reference) => texts.has(resources.key(reference));
}
