import { type CanBePulled, whyNotRepullable } from '../apply/guards/repullable-now.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Marking } from '../policy/decide.ts';
import { namesOf } from '../policy/node-gc/images.ts';
import type { Reason } from '../policy/reason.ts';
import type { View } from '../policy/view.ts';

export type { CanBePulled };

/** Of the images that would go: a word for each that no registry is seen to have. What can't be asked counts as not there. */
export async function notRepullable(
  { evidence }: View,
  { marks, retired }: Marking,
  canBePulled: CanBePulled | undefined,
  signal: AbortSignal,
): Promise<readonly (readonly [ResourceId, Reason])[]> {
  if (canBePulled === undefined) return [];
  const found: (readonly [ResourceId, Reason])[] = [];
  for (const id of retired.ids()) {
    if (evidence.resources.kind(id) !== 'node-image' || marks.has(id)) continue;
    const because = await whyNotRepullable(namesOf(evidence, id), canBePulled, signal);
    if (because !== undefined) found.push([id, { code: 'not-repullable', because }]);
  }
  return found;
}
