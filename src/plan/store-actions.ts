import type { ResourceId } from '../evidence/resource.ts';
import { keptBy } from '../graph/graph.ts';
import type { Reason } from '../policy/reason.ts';
import type { Action, ActionKind, Precondition } from './action.ts';
import type { Deletion } from './store-counts.ts';
import { type StoreActionsInput, type StoreStep, stepsInOrder } from './store-steps.ts';

/** The actions, in a safe order. They are made when they are asked for, as often as that is. */
export interface StoreActions {
  readonly actions: Iterable<Action>;
  readonly count: number;
  readonly counts: Readonly<Partial<Record<ActionKind, number>>>;
  readonly deletion: Deletion;
  /** The bytes of all actions. */
  readonly freesBytes: number;
}

/**
 * Turns decisions on a storage into steps. What keeps a thing goes before it: manifests before the data that only they named, a manifest's
 * data before its layers, and of each blob the links before the data.
 */
export function storeActions(input: StoreActionsInput): StoreActions {
  const steps = stepsInOrder(input);
  const after = waitsFor(input, steps);
  const counts: Partial<Record<ActionKind, number>> = {};
  for (const { kind } of steps) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    count: steps.length,
    counts,
    deletion: addUp(input, steps),
    freesBytes: steps.reduce((sum, { id, kind, isLast }) => sum + (isLast ? bytesOf(input, id, kind) : 0), 0),
    actions: { [Symbol.iterator]: () => actionsOf(input, steps, after) },
  };
}

function* actionsOf(input: StoreActionsInput, steps: readonly StoreStep[], after: After): Generator<Action> {
  const { resources } = input.evidence;
  for (const [index, { id, kind, isLast }] of steps.entries()) {
    const linkedBy = resources.kind(id) === 'blob' ? input.looks.get(id)?.linkedBy : undefined;
    const { code, because } = reasonFor(input, id, kind);
    yield {
      n: index + 1,
      do: kind,
      target: resources.at(id),
      after: after(index),
      expects: expectedOf(input, id, kind),
      reason: code,
      because,
      freesBytes: isLast ? bytesOf(input, id, kind) : 0,
      ...(linkedBy === undefined || linkedBy.length === 0 ? {} : { repositories: linkedBy }),
    };
  }
}

function reasonFor({ decisions }: StoreActionsInput, id: ResourceId, kind: ActionKind): Reason {
  const reason = decisions.reasonOf(id);
  if (kind !== 'restore-blob' || reason.code === 'in-use-again') return reason;
  return { code: 'in-use-again', because: reason.because };
}

/** Exact bytes: blocks and hard links for blobs, what is known for everything else. */
function bytesOf({ evidence, looks, pending, isInPlace }: StoreActionsInput, id: ResourceId, kind: ActionKind): number {
  switch (kind) {
    case 'unlink-blob':
    case 'hide-blob':
      return looks.get(id)?.freesBytes ?? 0;
    case 'purge-blob':
      return (isInPlace(id) ? looks.get(id)?.freesBytes : pending.get(id)?.sizeBytes) ?? 0;
    case 'delete-upload':
    case 'delete-temporary':
      return evidence.sizeBytes(id);
    default:
      return 0;
  }
}

function expectedOf(input: StoreActionsInput, id: ResourceId, kind: ActionKind): Precondition {
  switch (kind) {
    case 'unlink-blob':
    case 'hide-blob': {
      const look = input.looks.get(id);
      const newestAtMs = input.linksKnown ? look?.newestAtMs : undefined;
      const age = kind === 'unlink-blob' ? ageExpected(input, kind) : {};
      return { notNewerThanMs: newestAtMs ?? input.nowMs, ...age, sizeBytes: look?.sizeBytes ?? 0 };
    }
    case 'purge-blob':
    case 'restore-blob':
      return {};
    default: {
      const { pushedAtMs } = input.evidence.about(id);
      const untagged = kind === 'delete-manifest' ? { untagged: true } : {};
      return { notNewerThanMs: pushedAtMs ?? input.nowMs, ...ageExpected(input, kind), ...untagged };
    }
  }
}

function ageExpected({ policy }: StoreActionsInput, kind: ActionKind): Pick<Precondition, 'minAgeMs'> {
  const minAgeMs = minAgeOf(policy, kind);
  return minAgeMs === 0 ? {} : { minAgeMs };
}

function minAgeOf(policy: StoreActionsInput['policy'], kind: ActionKind): number {
  if (kind === 'unlink-blob' || kind === 'delete-manifest') return policy.minBlobAgeMs;
  return kind === 'delete-upload' ? policy.uploadAgeMs : policy.leftoverAgeMs;
}

/** Positions that the action at an index waits for. */
type After = (index: number) => readonly number[];

/**
 * A step waits for what keeps its target, where that goes as well, and for the step before it on the same blob. Where no manifest goes,
 * nothing that goes keeps another.
 */
function waitsFor(input: StoreActionsInput, steps: readonly StoreStep[]): After {
  const positionOf = new Uint32Array(input.graph.size);
  const before = new Uint32Array(steps.length);
  for (const [index, { id }] of steps.entries()) {
    before[index] = positionOf[id] as number;
    positionOf[id] = index + 1;
  }
  const keepers = steps.some(({ kind }) => kind === 'delete-manifest') ? input.keepers() : undefined;
  return (index) => {
    const own = before[index] as number;
    if (own > 0) return [own];
    if (keepers === undefined) return [];
    const { id } = steps[index] as StoreStep;
    const positions = [...keptBy(keepers, id)].map((arc) => positionOf[arc.id] as number);
    return [...new Set(positions.filter((n) => n > 0 && n <= index))].sort((a, b) => a - b);
  };
}

function addUp(input: StoreActionsInput, steps: readonly StoreStep[]): Deletion {
  let blobs = 0;
  let reclaimableBytes = 0;
  let purgedBytes = 0;
  for (const { id, kind, isLast } of steps) {
    if (kind !== 'unlink-blob' && kind !== 'hide-blob' && kind !== 'purge-blob') continue;
    if (!isLast) continue;
    blobs += 1;
    const bytes = bytesOf(input, id, kind);
    reclaimableBytes += bytes;
    if (kind === 'purge-blob') purgedBytes += bytes;
  }
  return { blobs, reclaimableBytes, purgedBytes };
}
