import { covers } from '../../../evidence/gap.ts';

/**
 * Which scopes a gap in a snapshot is about here: only those that the cluster may hold by the settings. One that has nothing to do with
 * them stays what it is: the two contradict each other, and a gap too much only keeps.
 */
export function narrowedTo(mayHold: readonly string[], gapScope: string): readonly string[] {
  if (mayHold.some((scope) => covers(scope, gapScope))) return [gapScope];
  const inside = mayHold.filter((scope) => covers(gapScope, scope));
  return inside.length > 0 ? inside : [gapScope];
}
