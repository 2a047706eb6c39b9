import type { Evidence } from './evidence.ts';
import type { ResourceId } from './resource.ts';
import { edgeKinds, type Sink } from './sink.ts';

/**
 * Ties a tag on a referrer (an SBOM that was pushed under a name of its own) to the manifest that the referrer belongs to, as if its name
 * said so: it stays and goes with that. Run once after all sources, before the graph is built.
 */
export function linkReferrerTags(evidence: Evidence, sink: Sink): void {
  const { from, to, kinds, length } = evidence.edges;
  const subjectOf = new Map<ResourceId, ResourceId>();
  for (let n = 0; n < length; n += 1) {
    const subject = to[n] as ResourceId;
    if (kinds[n] === SUBJECT && evidence.exists(subject)) subjectOf.set(from[n] as ResourceId, subject);
  }
  const links: [ResourceId, ResourceId][] = [];
  for (let n = 0; n < length; n += 1) {
    const subject = kinds[n] === TAG ? subjectOf.get(to[n] as ResourceId) : undefined;
    if (subject !== undefined && subject !== to[n]) links.push([from[n] as ResourceId, subject]);
  }
  for (const [tag, subject] of links) sink.refers(tag, subject, 'referrer-tag');
}

const SUBJECT = edgeKinds.indexOf('subject');
const TAG = edgeKinds.indexOf('tag');
