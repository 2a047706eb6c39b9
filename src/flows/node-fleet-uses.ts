import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';
import type { NodeUses } from '../report/node/node-report.ts';

const USES = edgeKinds.indexOf('uses');
const NAMES = edgeKinds.indexOf('names');

/**
 * The images that are in use on a node, by all names that they have there: those of its containers in any state and of its sandboxes, and
 * what is held, such as pinned images.
 *
 * A container whose image has no name, or is not there any more, may run anything: that is told as unseen.
 */
export function imagesInUse(evidence: Evidence, takenAtMs: number): NodeUses {
  const { resources, edges, holds } = evidence;
  const used = new Set<ResourceId>();
  const users = new Map<ResourceId, number>();
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === 'container' && evidence.exists(id)) users.set(id, 0);
  for (let n = 0; n < edges.length; n += 1) {
    const [from, to] = [edges.from[n] as ResourceId, edges.to[n] as ResourceId];
    if (edges.kinds[n] !== USES || resources.kind(to) !== 'node-image') continue;
    used.add(to);
    if (users.has(from) && evidence.exists(to)) users.set(from, (users.get(from) ?? 0) + 1);
  }
  for (let n = 0; n < holds.length; n += 1) {
    const id = holds.resources[n] as ResourceId;
    if (resources.kind(id) === 'node-image') used.add(id);
  }
  const names = namesOf(evidence, used);
  const nameless = [...used].filter((id) => evidence.exists(id) && !names.has(id));
  const imageless = [...users].filter(([, images]) => images === 0).map(([id]) => id);
  return {
    takenAtMs,
    images: [...new Set([...names.values()].flat())].sort(),
    unseen: [
      ...nameless.map((id) => `image ${resources.key(id)} is in use and has no name`),
      ...imageless.map((id) => `the image of container ${calledIn(evidence, id)} is not there any more`),
      ...evidence.gaps.map(({ source, cause }) => `${source}: ${cause}`),
    ],
  };
}

function namesOf({ resources, edges }: Evidence, used: ReadonlySet<ResourceId>): Map<ResourceId, string[]> {
  const names = new Map<ResourceId, string[]>();
  for (let n = 0; n < edges.length; n += 1) {
    const [from, to] = [edges.from[n] as ResourceId, edges.to[n] as ResourceId];
    // In another scope than the empty one stand ids, which mean something on this node alone.
    const isName =
      edges.kinds[n] === NAMES && resources.kind(from) === 'image-reference' && resources.scope(from) === '';
    if (!isName || !used.has(to)) continue;
    const known = names.get(to);
    if (known === undefined) names.set(to, [resources.key(from)]);
    else known.push(resources.key(from));
  }
  return names;
}

function calledIn({ resources, about }: Evidence, id: ResourceId): string {
  const { pod = '', name = resources.key(id) } = about(id).attributes ?? {};
  return pod === '' ? name : `${name} of pod ${pod}`;
}
