import { covers } from '../evidence/gap.ts';
import { formatResource, type Resource, type ResourceId } from '../evidence/resource.ts';
import { keptBy } from '../graph/graph.ts';
import { type Step, wayBack } from '../graph/why.ts';
import { systemName } from '../plan/plan.ts';
import { manifestOf } from '../policy/view.ts';
import type { Explanation, Sibling } from '../report/explain/render-explain.ts';
import { wayInWords } from '../report/explain/way.ts';
import type { Planned } from './plan-tags.ts';

/** Why one tag or manifest stays or goes, from a plan that was made now. */
export function explain(planned: Planned, target: Resource): Explanation {
  const { view, decisions, plan } = planned;
  const { evidence } = view;
  const { resources } = evidence;
  const id = resources.find(target.kind, target.scope, target.key);
  const gaps = evidence.gaps.filter((gap) => covers(gap.scope, target.scope));
  const base = { target: formatResource(target), registry: systemName(plan.header.scope), gaps };
  if (id === undefined || !evidence.exists(id)) return { ...base, verdict: 'absent', way: [] };

  const { verdict, reason } = judge(planned, id);
  const steps = wayTo(planned, id);
  const [root] = steps;
  const noteOf = (one: ResourceId) => (one === root?.id ? decisions.reasonOf(one).because : undefined);
  return {
    ...base,
    verdict,
    reason,
    way: wayInWords(steps, (one) => resources.at(one), noteOf),
    siblings: siblingsOf(planned, id),
  };
}

/** The way back to what keeps it or has let it go. A tag that only shares a digest with what stays: to what keeps that manifest. */
function wayTo({ view, decisions, actions }: Planned, id: ResourceId): readonly Step[] {
  const { graph } = view;
  const shared = actions.keptAfterAll.has(id) ? manifestOf(view, id) : undefined;
  if (shared !== undefined) return wayBack(graph, decisions.marks, shared);
  return wayBack(graph, decisions.marks.has(id) ? decisions.marks : decisions.condemned, id);
}

function judge({ decisions, actions }: Planned, id: ResourceId): Pick<Sibling, 'verdict' | 'reason'> {
  const kept = actions.keptAfterAll.get(id);
  if (kept !== undefined) return { verdict: 'keep', reason: kept };
  return { verdict: decisions.isDeleted(id) ? 'delete' : 'keep', reason: decisions.reasonOf(id) };
}

/** Other tags on the same manifest. */
function siblingsOf(planned: Planned, id: ResourceId): readonly Sibling[] {
  const { resources } = planned.view.evidence;
  const manifest = resources.kind(id) === 'manifest' ? id : manifestOf(planned.view, id);
  if (manifest === undefined) return [];
  return [...keptBy(planned.view.keepers, manifest)]
    .filter((arc) => arc.as === 'tag' && arc.id !== id)
    .map((arc) => ({ target: formatResource(resources.at(arc.id)), ...judge(planned, arc.id) }))
    .sort((a, b) => (a.target < b.target ? -1 : 1));
}
