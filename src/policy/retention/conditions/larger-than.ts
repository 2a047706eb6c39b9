import type { ResourceId } from '../../../evidence/resource.ts';
import { keptBy } from '../../../graph/graph.ts';
import { formatBytes } from '../../../util/pure/bytes.ts';
import type { View } from '../../view.ts';
import { no, unknown, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether its config and layers, each once, are larger; of an index those of all images together. */
export const largerThan: Prepare<'largerThan'> =
  ({ sizeBytes }, { view }) =>
  ({ manifest }) => {
    if (manifest === undefined) return unknown('its image was not seen');
    const { bytes, isWhole } = sizeOf(view, manifest);
    if (bytes > sizeBytes) return yes(`${isWhole ? '' : 'at least '}${formatBytes(bytes)}`);
    return isWhole ? no(formatBytes(bytes)) : unknown('nothing tells the size of all its parts');
  };

/** The sum of what is known, and whether that is all. */
function sizeOf(
  { evidence, graph }: View,
  manifest: ResourceId,
): { readonly bytes: number; readonly isWhole: boolean } {
  let bytes = 0;
  let isWhole = true;
  const seen = new Set<ResourceId>([manifest]);
  for (const one of seen) {
    const isBlob = evidence.resources.kind(one) === 'blob';
    const ownBytes = isBlob ? evidence.about(one).sizeBytes : 0;
    if (!evidence.exists(one) || ownBytes === undefined) isWhole = false;
    bytes += ownBytes ?? 0;
    for (const { id, as } of keptBy(graph, one)) {
      if (as === 'child' || as === 'config' || as === 'layer') seen.add(id);
      else if (as === 'opaque') isWhole = false;
    }
  }
  return { bytes, isWhole };
}
