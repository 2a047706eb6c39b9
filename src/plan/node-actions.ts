import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import { type Marks, mark } from '../graph/mark.ts';
import { bytesFreedBy } from '../graph/size.ts';
import type { Decisions } from '../policy/decide.ts';
import type { Reason } from '../policy/reason.ts';
import type { Action, ActionKind, Precondition } from './action.ts';

export interface NodeActionsInput {
  readonly evidence: Evidence;
  readonly graph: Graph;
  readonly keepers: Graph;
  readonly decisions: Decisions;
  /** When an image was used last, as far as is known: the one that nobody has used for longest goes first. */
  readonly lastUsedMs: (image: ResourceId) => number | undefined;
  /** Stop when so many bytes are free; absent: all go that may. */
  readonly wantedBytes: number | undefined;
  /** An image goes only while a registry is seen to have it. */
  readonly requireRepullable: boolean;
}

export interface NodeActions {
  readonly actions: readonly Action[];
  /** Images that may go and need not. */
  readonly keptAfterAll: ReadonlyMap<ResourceId, Reason>;
  readonly freesBytes: number;
  /** What goes. */
  readonly gone: readonly ResourceId[];
}

const actionOf: Readonly<Partial<Record<ResourceKind, ActionKind>>> = {
  container: 'remove-container',
  sandbox: 'remove-sandbox',
  'node-image': 'remove-image',
};
const rank: Readonly<Partial<Record<ResourceKind, number>>> = { container: 0, sandbox: 1, 'node-image': 2 };

/**
 * Containers, then sandboxes, then images, the one that nobody has used for longest first, until the target is met. What each frees is
 * exact where the runtime shows its content: a layer counts for the last image that has it.
 */
export function nodeActions(input: NodeActionsInput): NodeActions {
  const { evidence, keepers, decisions } = input;
  const { taken, freed, keptAfterAll } = untilMet(input, deletions(input));
  const position = new Map(taken.map((id, index) => [id, index + 1]));
  const actions = taken.map((id, index): Action => {
    const before = [...keptBy(keepers, id)].map((arc) => position.get(arc.id) ?? 0).filter((n) => n > 0 && n <= index);
    const reason = decisions.reasonOf(id);
    const names = evidence.about(id).attributes?.['names'];
    return {
      n: index + 1,
      do: actionOf[evidence.resources.kind(id)] as ActionKind,
      target: evidence.resources.at(id),
      after: [...new Set(before)].sort((a, b) => a - b),
      expects: expectationOf(input, id),
      reason: reason.code,
      because: reason.because,
      freesBytes: freed[index] ?? 0,
      ...(names === undefined || names === '' ? {} : { names: names.split(' ') }),
    };
  });
  return {
    actions,
    gone: taken,
    keptAfterAll,
    freesBytes: actions.reduce((sum, { freesBytes }) => sum + freesBytes, 0),
  };
}

/** In this order nothing goes before what keeps it: containers keep sandboxes and images, sandboxes keep images. */
function deletions({ evidence, graph, decisions, lastUsedMs }: NodeActionsInput): readonly ResourceId[] {
  const { resources } = evidence;
  const ids: ResourceId[] = [];
  for (let id = 0; id < graph.size; id += 1) if (decisions.isDeleted(id)) ids.push(id);
  const pulled = (id: ResourceId) => evidence.about(id).pushedAtMs ?? 0;
  const used = (id: ResourceId) => lastUsedMs(id) ?? pulled(id);
  return ids.sort(
    (a, b) =>
      (rank[resources.kind(a)] ?? 0) - (rank[resources.kind(b)] ?? 0) ||
      used(a) - used(b) ||
      pulled(a) - pulled(b) ||
      (resources.key(a) < resources.key(b) ? -1 : 1),
  );
}

interface Taken {
  readonly taken: readonly ResourceId[];
  /** Beside {@link taken}. */
  readonly freed: Float64Array;
  readonly keptAfterAll: ReadonlyMap<ResourceId, Reason>;
}

/**
 * As much of the sequence as the target asks for. What an image frees depends on which others go: those that stay keep the layers that they
 * share with it, so what was thought to be enough is counted again, and more is taken while that is too little.
 */
function untilMet(input: NodeActionsInput, sequence: readonly ResourceId[]): Taken {
  const { evidence, graph, wantedBytes } = input;
  const freedBy = (ids: readonly ResourceId[]) =>
    bytesFreedBy(graph, ids, staysWithout(input, ids).has, evidence.sizeBytes);
  const freedByAll = freedBy(sequence);
  if (wantedBytes === undefined) return { taken: sequence, freed: freedByAll, keptAfterAll: new Map() };
  for (let goal = wantedBytes; ; ) {
    const one = cutAt(input, sequence, freedByAll, goal);
    const freed = freedBy(one.taken);
    const missing = wantedBytes - freed.reduce((sum, bytes) => sum + bytes, 0);
    if (missing <= 0 || one.keptAfterAll.size === 0) return { ...one, freed };
    goal += missing;
  }
}

function cutAt(
  { evidence, wantedBytes }: NodeActionsInput,
  sequence: readonly ResourceId[],
  freed: Float64Array,
  goal: number,
): Pick<Taken, 'taken' | 'keptAfterAll'> {
  const keptAfterAll = new Map<ResourceId, Reason>();
  const met: Reason = {
    code: 'target-met',
    because:
      wantedBytes === 0
        ? 'less of the disk is used than the high watermark'
        : 'the low watermark is reached without it',
  };
  let sum = 0;
  const taken = sequence.filter((id, index) => {
    if (sum >= goal && evidence.resources.kind(id) === 'node-image') {
      keptAfterAll.set(id, met);
      return false;
    }
    sum += freed[index] ?? 0;
    return true;
  });
  return { taken, keptAfterAll };
}

/**
 * What stays when these go: what is marked, and everything on the node that does not go, with all that it reaches. An image that the flow
 * leaves alone stays, though only a container used it that goes.
 */
export function staysWithout(
  { evidence, graph, decisions }: Pick<NodeActionsInput, 'evidence' | 'graph' | 'decisions'>,
  gone: Iterable<ResourceId>,
): Marks {
  const going = new Set(gone);
  const others: ResourceId[] = [];
  for (let id = 0; id < graph.size; id += 1)
    if (rank[evidence.resources.kind(id)] !== undefined && evidence.exists(id) && !going.has(id)) others.push(id);
  const from = decisions.marks.from.slice();
  return mark(graph, others, { from, has: (id) => from[id] !== -1 });
}

function expectationOf({ evidence, requireRepullable }: NodeActionsInput, id: ResourceId): Precondition {
  const { attributes, pushedAtMs } = evidence.about(id);
  const state = attributes?.['state'];
  return {
    ...(state === undefined ? {} : { state }),
    ...(pushedAtMs === undefined ? {} : { notNewerThanMs: pushedAtMs }),
    ...(requireRepullable && evidence.resources.kind(id) === 'node-image' ? { repullable: true as const } : {}),
  };
}
