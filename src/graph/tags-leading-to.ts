import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { type Graph, keptBy } from './graph.ts';

/** Names of the tags of the same repository from which a manifest is reached: through indexes, and as a referrer of what they reach. */
export function tagsLeadingTo(
  { evidence, keepers }: { readonly evidence: Evidence; readonly keepers: Graph },
  manifests: Iterable<ResourceId>,
): ReadonlySet<string> {
  const { resources, exists } = evidence;
  const tags = new Set<string>();
  const seen = new Set<ResourceId>();
  const open = [...manifests];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const keeper of keptBy(keepers, id)) {
      if (!exists(keeper.id) || resources.scopeNumber(keeper.id) !== resources.scopeNumber(id)) continue;
      if (resources.kind(keeper.id) === 'tag') tags.add(resources.key(keeper.id));
      else if (resources.kind(keeper.id) === 'manifest' && keeper.as !== 'opaque') open.push(keeper.id);
    }
  }
  return tags;
}
