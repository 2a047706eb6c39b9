import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';

/** What a runtime says of a thing, by name; empty where it does not. */
export function attribute(evidence: Evidence, id: ResourceId, name: string): string {
  return evidence.about(id).attributes?.[name] ?? '';
}
