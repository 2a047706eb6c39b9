import { readName } from '../evidence/link-references.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import type { SavedEvidence } from '../evidence/saved/saved-evidence.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import { type RegistryMeans, registryActions } from '../plan/registry-actions.ts';
import { decide } from '../policy/decide.ts';
import { withUses } from '../policy/in-use.ts';
import { pruneRuleset } from '../policy/prune.ts';
import type { Reason } from '../policy/reason.ts';
import type { PrunePolicy } from '../policy/retention/policy.ts';
import type { View } from '../policy/view.ts';
import type { PolicyChange, PolicyEffect, PolicyTest } from '../report/policy-test/policy-test.ts';

/** Policies, and where they stand. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: PrunePolicy;
}

/** What policies would have done at the time of the evidence, and what is different from others. Nothing is asked and nothing is touched. */
export function testPolicy(saved: SavedEvidence, tested: NamedPolicy, against: NamedPolicy | undefined): PolicyTest {
  const { header, evidence, memory } = saved;
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: header.madeAtMs, ...memory };
  const means = header.means ?? anyRegistry;
  const now = outcomeOf(view, tested, means);
  const before = against === undefined ? undefined : outcomeOf(view, against, means);
  return {
    ...{ of: header.of, madeAtMs: header.madeAtMs, tested: now.effect, gapCount: evidence.gaps.length },
    ...(before !== undefined && { against: before.effect }),
    newlyDeleted: changes(view, now, before, now),
    newlyKept: before === undefined ? [] : changes(view, before, now, now, before),
  };
}

/** Where it is not known how the registry removes tags. */
const anyRegistry: RegistryMeans = { untagBy: 'tag', deleteManifests: true, untagByOverwrite: false };

interface Outcome {
  readonly effect: PolicyEffect;
  /** What goes, and what it frees. */
  readonly going: ReadonlyMap<ResourceId, number>;
  reasonOf(id: ResourceId): Reason;
}

function outcomeOf(view: View, { name, policy }: NamedPolicy, means: RegistryMeans): Outcome {
  const { evidence, graph, keepers } = view;
  const { ruleset, idleRules } = pruneRuleset(policy);
  const decisions = withUses(view, decide(view, ruleset), (reference) => 'why' in readName(reference));
  const { actions, keptAfterAll } = registryActions(evidence, graph, keepers, decisions, means);
  const going = new Map<ResourceId, number>();
  for (const { target, freesBytes } of actions) {
    const id = evidence.resources.find(target.kind, target.scope, target.key);
    if (id !== undefined) going.set(id, freesBytes);
  }
  const tags = actions.filter((action) => action.do === 'delete-tag').length;
  return {
    effect: {
      ...{ name, tags, manifests: actions.length - tags, idleRules: idleRules() },
      freesBytes: actions.reduce((sum, { freesBytes }) => sum + freesBytes, 0),
    },
    going,
    reasonOf: (id) => keptAfterAll.get(id) ?? decisions.reasonOf(id),
  };
}

/** What goes by one outcome and not by the other, by name. */
function changes(
  { evidence }: View,
  goesBy: Outcome,
  staysBy: Outcome | undefined,
  now: Outcome,
  before: Outcome | undefined = staysBy,
): readonly PolicyChange[] {
  const found: PolicyChange[] = [];
  for (const [id, freesBytes] of goesBy.going) {
    if (staysBy?.going.has(id)) continue;
    const target = formatResource(evidence.resources.at(id));
    found.push({
      target,
      reason: now.reasonOf(id),
      ...(before !== undefined && { before: before.reasonOf(id) }),
      freesBytes,
    });
  }
  return found.sort((a, b) => (a.target < b.target ? -1 : 1));
}
