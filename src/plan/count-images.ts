import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { parseStreamItemKey, streamIn } from '../evidence/stream-item.ts';
import { keptBy } from '../graph/graph.ts';
import type { Decisions } from '../policy/decide.ts';
import type { ReasonCode } from '../policy/reason.ts';
import type { View } from '../policy/view.ts';
import type { ImageCounts } from './image-counts.ts';
import type { ImageSequence } from './image-sequence.ts';
import type { KeptTag, RepositoryCounts } from './repository-counts.ts';

/** Counts of the items of each stream, empty streams too, sorted by name. `live` are those that somebody uses. */
export function countStreams(view: View, decisions: Decisions, sequence: ImageSequence): readonly RepositoryCounts[] {
  const { evidence } = view;
  const { resources } = evidence;
  const rows = new Map<string, { found: number; live: number; removed: number; freesBytes: number; kept: Kept }>();
  const rowOf = (stream: string) => {
    const row = rows.get(stream) ?? { found: 0, live: 0, removed: 0, freesBytes: 0, kept: new Map() };
    rows.set(stream, row);
    return row;
  };
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (kind === 'repository' && evidence.exists(id)) rowOf(resources.key(id));
    if (kind !== 'stream-item' || !evidence.exists(id)) continue;
    const row = rowOf(streamIn(resources.scope(id)));
    row.found += 1;
    if (decisions.isDeleted(id)) row.removed += 1;
    else {
      const { code } = decisions.reasonOf(id);
      row.kept.set(code, (row.kept.get(code) ?? 0) + 1);
      if (code === 'tag-in-use' || code === 'held') row.live += 1;
    }
  }
  for (const id of sequence.ids) {
    const stream = resources.kind(id) === 'image-object' ? streamThatHad(view, id) : undefined;
    if (stream !== undefined) rowOf(stream).freesBytes += sequence.bytesOf(id);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([repository, { kept, ...row }]) => ({
      ...{ repository, class: 'image stream', ...row },
      keptByReason: Object.fromEntries(kept),
    }));
}

type Kept = Map<ReasonCode, number>;

/** The first stream with an item that named it: its bytes are told there. */
function streamThatHad({ evidence: { resources }, keepers }: View, image: ResourceId): string | undefined {
  for (const { id, as } of keptBy(keepers, image))
    if (as === 'names' && resources.kind(id) === 'stream-item') return streamIn(resources.scope(id));
  return undefined;
}

/** The parts of the summary. */
export function countImages({ evidence }: View, decisions: Decisions, sequence: ImageSequence): ImageCounts {
  const { resources } = evidence;
  const removed = { 'stream-item': 0, 'revision-link': 0, 'layer-link': 0, blob: 0, 'image-object': 0 };
  const updated = new Set<number>();
  let blobsOfUnknownSize = 0;
  for (const id of sequence.ids) {
    const kind = resources.kind(id) as keyof typeof removed;
    removed[kind] += 1;
    if (kind === 'stream-item') updated.add(resources.scopeNumber(id));
    if (kind === 'blob' && evidence.about(id).sizeBytes === undefined) blobsOfUnknownSize += 1;
  }
  const found = { 'stream-item': 0, repository: 0, 'image-object': 0 };
  const tags = new Map<string, boolean>();
  const keptImages: Kept = new Map();
  let imagesOfUnknownSize = 0;
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if (!(kind in found) || !evidence.exists(id)) continue;
    found[kind as keyof typeof found] += 1;
    if (kind === 'stream-item') {
      const tag = `${resources.scopeNumber(id)} ${parseStreamItemKey(resources.key(id))?.tag}`;
      tags.set(tag, (tags.get(tag) ?? false) || !decisions.isDeleted(id));
    }
    if (kind !== 'image-object') continue;
    if (evidence.about(id).sizeBytes === undefined) imagesOfUnknownSize += 1;
    if (decisions.isDeleted(id)) continue;
    const { code } = decisions.reasonOf(id);
    keptImages.set(code, (keptImages.get(code) ?? 0) + 1);
  }
  return {
    streams: { found: found.repository, updated: updated.size },
    streamItems: { found: found['stream-item'], removed: removed['stream-item'] },
    streamTags: { found: tags.size, removed: [...tags.values()].filter((stays) => !stays).length },
    layerLinks: { removed: removed['layer-link'] },
    manifestLinks: { removed: removed['revision-link'] },
    blobs: { removed: removed.blob, unknownSize: blobsOfUnknownSize },
    images: {
      found: found['image-object'],
      removed: removed['image-object'],
      unknownSize: imagesOfUnknownSize,
      keptByReason: Object.fromEntries(keptImages),
    },
  };
}

/** All items and Images that stay, with the reason, sorted by name. */
export function* keptImages(evidence: Evidence, decisions: Decisions): Generator<KeptTag> {
  const { resources } = evidence;
  const kept: { readonly id: ResourceId; readonly target: string }[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if ((kind !== 'stream-item' && kind !== 'image-object') || !evidence.exists(id) || decisions.isDeleted(id))
      continue;
    kept.push({ id, target: formatResource(resources.at(id)) });
  }
  for (const { id, target } of kept.sort((a, b) => (a.target < b.target ? -1 : 1))) {
    const { code: reason, because } = decisions.reasonOf(id);
    yield { target, reason, because };
  }
}
