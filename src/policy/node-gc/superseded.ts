import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../../evidence/resource.ts';
import { attribute } from './attribute.ts';

/**
 * Finds what is not the newest of its kind in its pod: containers of one name, and sandboxes, by attempt and then by creation. What belongs
 * to no pod is the newest of its own.
 */
export function newestOfPod(evidence: Evidence, kind: ResourceKind): (id: ResourceId) => boolean {
  const newest = new Map<string, ResourceId>();
  for (let id = 0; id < evidence.resources.size; id += 1) {
    if (evidence.resources.kind(id) !== kind || !evidence.exists(id)) continue;
    const key = podKey(evidence, id);
    const known = newest.get(key);
    if (known === undefined || isNewer(evidence, id, known)) newest.set(key, id);
  }
  return (id) => newest.get(podKey(evidence, id)) === id;
}

function podKey(evidence: Evidence, id: ResourceId): string {
  const uid = attribute(evidence, id, 'pod-uid');
  return uid === '' ? `alone ${id}` : `${uid} ${attribute(evidence, id, 'name')}`;
}

function isNewer(evidence: Evidence, a: ResourceId, b: ResourceId): boolean {
  const attempts = Number(attribute(evidence, a, 'attempt')) - Number(attribute(evidence, b, 'attempt'));
  if (attempts !== 0) return attempts > 0;
  return (evidence.about(a).createdAtMs ?? 0) > (evidence.about(b).createdAtMs ?? 0);
}
