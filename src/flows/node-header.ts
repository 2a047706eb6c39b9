import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import { mark } from '../graph/mark.ts';
import type { NodeActions } from '../plan/node-actions.ts';
import type { DiskCounts, FoundAndRemoved, NodeCounts, Orphan } from '../plan/node-counts.ts';
import { usedPercent } from '../plan/watermark.ts';
import type { View } from '../policy/view.ts';
import type { RuntimeDescription, RuntimeReader } from '../systems/runtime/contract.ts';

/** The file systems of images that can be measured from here. */
export async function diskCounts(runtime: RuntimeReader, signal: AbortSignal): Promise<readonly DiskCounts[]> {
  const disks = await runtime.disks(signal);
  return disks.flatMap(({ path, space }) =>
    space === undefined ? [] : [{ path, ...space, usedPercent: usedPercent(space) }],
  );
}

interface NodeSight {
  readonly view: View;
  readonly actions: NodeActions;
  readonly disks: readonly DiskCounts[];
  readonly description: RuntimeDescription;
  readonly wantedBytes: number | undefined;
}

export function nodeCounts({ view, actions, disks, description, wantedBytes }: NodeSight): NodeCounts {
  const { evidence } = view;
  const removed = (kind: ResourceKind) => actions.actions.filter(({ target }) => target.kind === kind).length;
  const count = (kind: ResourceKind): FoundAndRemoved => ({
    found: [...ofKind(evidence, kind)].length,
    removed: removed(kind),
  });
  const roots = ['container', 'sandbox', 'node-image', 'lease'] as const;
  const reached = mark(view.graph, [
    ...roots.flatMap((kind) => [...ofKind(evidence, kind)]),
    ...evidence.holds.resources,
  ]);
  let bytes = 0;
  let unreferencedBytes = 0;
  for (let id = 0; id < evidence.resources.size; id += 1) {
    if (!evidence.exists(id)) continue;
    bytes += evidence.sizeBytes(id);
    if (!reached.has(id)) unreferencedBytes += evidence.sizeBytes(id);
  }
  return {
    ...{ product: description.product, version: description.version, exactBytes: description.exactBytes },
    ...{ containers: count('container'), sandboxes: count('sandbox'), images: count('node-image') },
    ...{ bytes, unreferencedBytes, disks },
    ...(wantedBytes === undefined ? {} : { wantedBytes }),
    orphans: orphanedLeases(view),
  };
}

function* ofKind(evidence: Evidence, kind: ResourceKind): Generator<ResourceId> {
  for (let id = 0; id < evidence.resources.size; id += 1)
    if (evidence.resources.kind(id) === kind && evidence.exists(id)) yield id;
}

const DAY_MS = 86_400_000;

/** Leases that outlived whatever they were made for. One that is named like a sandbox holds its image volumes. */
function orphanedLeases({ evidence, graph, nowMs }: View): readonly Orphan[] {
  const others = mark(
    graph,
    (['container', 'sandbox', 'node-image'] as const).flatMap((kind) => [...ofKind(evidence, kind)]),
  );
  return [...ofKind(evidence, 'lease')].flatMap((id) => {
    const { key, scope } = evidence.resources.at(id);
    const sandbox = evidence.resources.find('sandbox', scope, key);
    if (sandbox !== undefined && evidence.exists(sandbox)) return [];
    const { createdAtMs } = evidence.about(id);
    if (createdAtMs === undefined || nowMs - createdAtMs < DAY_MS) return [];
    let bytes = 0;
    for (const reached of reachedFrom(id)) if (!others.has(reached)) bytes += evidence.sizeBytes(reached);
    const days = Math.floor((nowMs - createdAtMs) / DAY_MS);
    return [
      { what: 'lease' as const, name: key, bytes, because: `a lease of ${days} days, of no sandbox that is there` },
    ];
  });

  function* reachedFrom(id: ResourceId): Generator<ResourceId> {
    const marks = mark(graph, [id]);
    for (let one = 0; one < graph.size; one += 1) if (marks.has(one)) yield one;
  }
}
