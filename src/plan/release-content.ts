import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import type { Marks } from '../graph/mark.ts';
import type { Action } from './action.ts';

/**
 * Lets go of the packed layers of what stays. A layer's bytes count for the last manifest that has it; what is kept by anything but
 * manifests (a lease) is not freed.
 *
 * @param marks - what stays.
 * @param first - position of the first action.
 */
export function releaseContent(evidence: Evidence, graph: Graph, marks: Marks, first: number): readonly Action[] {
  const { resources } = evidence;
  const manifests: ResourceId[] = [];
  for (let id = 0; id < graph.size; id += 1)
    if (resources.kind(id) === 'content' && marks.has(id) && layersOf(graph, id).length > 0) manifests.push(id);
  const held = reachedOtherwise(evidence, graph, marks);
  const last = new Map<ResourceId, ResourceId>();
  for (const id of manifests) for (const layer of layersOf(graph, id)) if (!held.has(layer)) last.set(layer, id);
  return manifests.map((id, index) => ({
    n: first + index,
    do: 'release-content' as const,
    target: resources.at(id),
    after: [],
    expects: {},
    reason: 'unpacked' as const,
    because: 'its layers are unpacked, and nothing reads them packed',
    freesBytes: layersOf(graph, id).reduce(
      (sum, layer) => sum + (last.get(layer) === id && evidence.exists(layer) ? evidence.sizeBytes(layer) : 0),
      0,
    ),
  }));
}

function layersOf(graph: Graph, id: ResourceId): readonly ResourceId[] {
  return [...new Set([...keptBy(graph, id)].filter(({ as }) => as === 'layer').map((arc) => arc.id))];
}

/** What stays without any manifest's word for its layers. */
function reachedOtherwise(evidence: Evidence, graph: Graph, marks: Marks): ReadonlySet<ResourceId> {
  const reached = new Set<ResourceId>();
  const open: ResourceId[] = [];
  for (let id = 0; id < graph.size; id += 1)
    if (marks.has(id) && evidence.resources.kind(id) !== 'content') open.push(id);
  for (let n = 0; n < evidence.holds.length; n += 1) open.push(evidence.holds.resources[n] as ResourceId);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const arc of keptBy(graph, id)) if (arc.as !== 'layer') open.push(arc.id);
  }
  return reached;
}
