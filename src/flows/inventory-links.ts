import { formatResource, type ResourceId, type ResourceKind } from '../evidence/resource.ts';
import { keptBy } from '../graph/graph.ts';
import type { View } from '../policy/view.ts';
import type { InventoryLink } from '../systems/history/contract.ts';

/** Layers and configs stand with their images; they keep nothing further. */
const shown: ReadonlySet<ResourceKind> = new Set(['tag', 'manifest', 'record', 'workload', 'image-reference']);

/** Who keeps whom among tags, images and those who use them; and who says so, in its own words. */
export function* inventoryLinks({ evidence, graph }: Pick<View, 'evidence' | 'graph'>): Generator<InventoryLink> {
  const { resources, holds, retires } = evidence;
  const keyOf = (id: ResourceId) => formatResource(resources.at(id));
  for (let id = 0; id < graph.size; id += 1) {
    if (!shown.has(resources.kind(id))) continue;
    for (const { id: kept, as } of keptBy(graph, id))
      if (shown.has(resources.kind(kept))) yield { from: keyOf(id), to: keyOf(kept), as };
  }
  for (const [as, claims] of [
    ['holds', holds],
    ['retires', retires],
  ] as const)
    for (const [n, id] of claims.resources.entries()) yield { from: claims.by(n), to: keyOf(id), as };
}
