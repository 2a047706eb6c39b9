import type { ResourceId } from '../evidence/resource.ts';
import type { Marking } from '../policy/decide.ts';
import { namesOf } from '../policy/node-gc/images.ts';
import type { Reason } from '../policy/reason.ts';
import type { View } from '../policy/view.ts';

/** Whether a registry still has an image, by one of its names: `host/repository@sha256:…`. */
export type CanBePulled = (
  name: string,
  signal: AbortSignal,
) => Promise<{ readonly has: boolean; readonly why: string }>;

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
    const because = await whyNot(namesOf(evidence, id), canBePulled, signal);
    if (because !== undefined) found.push([id, { code: 'not-repullable', because }]);
  }
  return found;
}

async function whyNot(
  names: readonly string[],
  canBePulled: CanBePulled,
  signal: AbortSignal,
): Promise<string | undefined> {
  const byDigest = names.filter((name) => name.includes('@'));
  if (byDigest.length === 0) return 'it has no name with a digest by which it could be pulled again';
  let last = '';
  for (const name of byDigest) {
    const { has, why } = await canBePulled(name, signal);
    if (has) return undefined;
    last = `${name}: ${why}`;
  }
  return last;
}
