import type { Evidence } from '../../evidence/evidence.ts';
import { formatResource, type ResourceId, type ResourceKind } from '../../evidence/resource.ts';
import type { NodeActions } from '../../plan/node-actions.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import type { Decisions } from '../../policy/decide.ts';
import type { View } from '../../policy/view.ts';

const told: ReadonlySet<ResourceKind> = new Set(['container', 'sandbox', 'node-image']);

interface Planned {
  readonly view: View;
  readonly decisions: Decisions;
  readonly actions: NodeActions;
}

/** All that stays on a node, images by their names. */
export function* keptOnNode({ view, decisions, actions }: Planned): Generator<KeptTag> {
  const { resources, exists } = view.evidence;
  for (let id = 0; id < resources.size; id += 1) {
    if (!told.has(resources.kind(id)) || !exists(id)) continue;
    const reason = decisions.isDeleted(id) ? actions.keptAfterAll.get(id) : decisions.reasonOf(id);
    if (reason === undefined) continue;
    yield { target: calledOnNode(view.evidence, id), reason: reason.code, because: reason.because };
  }
}

/** What a person calls it: an image by its first name, others by their pod. */
function calledOnNode({ resources, about }: Evidence, id: ResourceId): string {
  const { names = '', pod = '', name = '' } = about(id).attributes ?? {};
  const [first = ''] = names.split(' ');
  const kind = resources.kind(id);
  if (kind !== 'node-image') return `${kind} ${pod}${name === '' ? '' : ` ${name}`}`;
  return first === '' ? formatResource(resources.at(id)) : first;
}
