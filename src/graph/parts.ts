import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { type Graph, keptBy } from './graph.ts';

interface PartsView {
  readonly evidence: Evidence;
  readonly graph: Graph;
  /** What an index lists need not be a manifest of the repository: its data will do. */
  readonly anyRepository: boolean;
}

/** What an index lists: as a manifest of the same repository, and as data, as far as either was mentioned. */
export interface Child {
  readonly manifest?: ResourceId;
  readonly blob?: ResourceId;
}

/**
 * Configs and layers that a manifest names; a part that it names twice may be told twice. What hangs on its content is said of its data by
 * a storage, and of itself by a registry.
 */
export function* partsOf(view: PartsView, manifest: ResourceId): Generator<ResourceId> {
  const seen = new Set<ResourceId>();
  const open: ResourceId[] = [manifest];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    if (seen.has(from)) continue;
    seen.add(from);
    for (const { id, as } of keptBy(view.graph, from)) {
      if (as === 'config' || as === 'layer') yield id;
      else if (as === 'link' && from === manifest) open.push(id);
      else if (as === 'child' && view.anyRepository && isOnlyData(view, manifest, id)) open.push(id);
    }
  }
}

/** What an index lists. */
export function childBlobs(view: PartsView, index: ResourceId): readonly Child[] {
  const { resources } = view.evidence;
  const children = new Map<string, Child>();
  const scope = resources.scope(index);
  const note = (from: ResourceId) => {
    for (const { id, as } of keptBy(view.graph, from)) {
      if (as === 'link' && from === index) note(id);
      if (as !== 'child') continue;
      const key = resources.key(id);
      if (resources.kind(id) === 'manifest') children.set(key, { ...children.get(key), manifest: id });
      else {
        const manifest = resources.find('manifest', scope, key);
        children.set(key, { ...(manifest === undefined ? {} : { manifest }), ...children.get(key), blob: id });
      }
    }
  };
  note(index);
  return [...children.values()];
}

/** What its repository does not have as a manifest of its own is looked at by nobody else. */
function isOnlyData({ evidence }: PartsView, manifest: ResourceId, child: ResourceId): boolean {
  const { resources, exists } = evidence;
  if (resources.kind(child) !== 'blob') return false;
  const own = resources.find('manifest', resources.scope(manifest), resources.key(child));
  return own === undefined || !exists(own);
}
