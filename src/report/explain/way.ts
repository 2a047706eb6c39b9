import { formatResource, type Resource, type ResourceId } from '../../evidence/resource.ts';
import { edgeTable } from '../../graph/edges.ts';
import type { Step } from '../../graph/why.ts';

/** One step of the way from what keeps a thing down to the thing itself. */
export interface WayStep {
  /** As a person would write it. */
  readonly resource: string;
  /** How this step keeps the next: `owns`, `points at`, `lists`. Absent for the last. */
  readonly words?: string;
  /** What is known of it: a record's status, a hold. */
  readonly note?: string;
}

/**
 * The way back in words.
 *
 * @param steps - root first, from `graph/why.ts`.
 * @param noteOf - what to say of a resource in brackets: `status active`.
 */
export function wayInWords(
  steps: readonly Step[],
  resourceAt: (id: ResourceId) => Resource,
  noteOf: (id: ResourceId) => string | undefined = () => undefined,
): readonly WayStep[] {
  return steps.map(({ id }, n) => {
    const next = steps[n + 1]?.as;
    const note = noteOf(id);
    return {
      resource: formatResource(resourceAt(id)),
      ...(next === undefined ? {} : { words: edgeTable[next].words }),
      ...(note === undefined ? {} : { note }),
    };
  });
}
