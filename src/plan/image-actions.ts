import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type Resource, type ResourceId, type ResourceKind } from '../evidence/resource.ts';
import { parseStreamItemKey, streamIn } from '../evidence/stream-item.ts';
import { type Graph, keptBy } from '../graph/graph.ts';
import { isDigest } from '../oci/digest.ts';
import type { Decisions } from '../policy/decide.ts';
import type { Reason } from '../policy/reason.ts';
import type { Action, ActionKind, Precondition } from './action.ts';
import type { ImageSequence } from './image-sequence.ts';

interface Given {
  readonly evidence: Evidence;
  readonly graph: Graph;
  readonly keepers: Graph;
  readonly decisions: Decisions;
  readonly sequence: ImageSequence;
}

/**
 * The actions on an image API and its registry, one after the other; made anew each time that somebody goes through them, since there may
 * be a million. What one of them waits for (`after`):
 *
 * | action | after |
 * |---|---|
 * | `delete-stream-item` | nothing; all items of a stream are one unit: one request |
 * | `delete-manifest-link` | the items and indexes of its repository that lead to it |
 * | `delete-layer-link` | the links to manifests that have the blob |
 * | `delete-blob` of a manifest | the items that name its Image; the data of indexes that list it |
 * | `delete-blob` of anything else | the data of the manifests that name it |
 * | `delete-image` | the items that name it, and the indexes that list it; not its data: see `unlessAllFailed` |
 *
 * A link that could not be removed holds no data back: data goes by what the API knows.
 */
export function imageActions(given: Given): Iterable<Action> {
  let units: Units | undefined;
  const actions = (kinds?: readonly ActionKind[]): Iterable<Action> => ({
    *[Symbol.iterator]() {
      units ??= unitsOf(given);
      yield* generate(given, units, kinds);
    },
  });
  const sorted: SortedActions = { ...actions(), only: actions };
  return sorted;
}

/** Actions of which some kinds can be had without making the others. */
interface SortedActions extends Iterable<Action> {
  only(kinds: readonly ActionKind[]): Iterable<Action>;
}

/** The actions of some kinds, in their order: quicker than to look through all of a plan that was just made. */
export function* actionsOfKinds(actions: Iterable<Action>, kinds: readonly ActionKind[]): Generator<Action> {
  const some = 'only' in actions ? (actions as SortedActions).only(kinds) : actions;
  for (const action of some) if (kinds.includes(action.do)) yield action;
}

const actionOf: Readonly<Partial<Record<ResourceKind, ActionKind>>> = {
  'stream-item': 'delete-stream-item',
  'revision-link': 'delete-manifest-link',
  'layer-link': 'delete-layer-link',
  blob: 'delete-blob',
  'image-object': 'delete-image',
};

function* generate(given: Given, units: Units, kinds: readonly ActionKind[] | undefined): Generator<Action> {
  const { evidence, sequence } = given;
  const { ids } = sequence;
  for (let n = 1; n <= ids.length; n += 1) {
    const id = ids[n - 1] as ResourceId;
    const kind = actionOf[evidence.resources.kind(id)] as ActionKind;
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    const { code: reason, because } = reasonFor(given, id);
    const base = { n, do: kind, target: evidence.resources.at(id), reason, because, freesBytes: 0, expects: {} };
    if (kind === 'delete-stream-item') yield { ...base, ...itemParts(evidence, id, units) };
    else if (kind === 'delete-blob')
      yield { ...base, after: afterOfBlob(given, id, n), freesBytes: evidence.sizeBytes(id) };
    else if (kind === 'delete-image') yield { ...base, ...imageParts(given, id, n) };
    else yield { ...base, after: positionsOfKeepers(given, id, n) };
  }
}

/** Of all that needed a thing the first that goes is named: which was looked at first is chance. */
function reasonFor({ evidence, keepers, decisions, sequence }: Given, id: ResourceId): Reason {
  const kind = evidence.resources.kind(id);
  // Of data and links no rule speaks: unless an earlier run let go of it, it goes because what needed it goes.
  const isNeeded = (kind === 'blob' || kind.endsWith('-link')) && decisions.condemned.from[id] !== id;
  const reason = isNeeded ? undefined : decisions.reasonOf(id);
  if (reason !== undefined && reason.code !== 'unreferenced') return reason;
  let first = Number.POSITIVE_INFINITY;
  for (const keeper of keptBy(keepers, id)) {
    const position = sequence.positionOf(keeper.id);
    if (position > 0) first = Math.min(first, position);
  }
  const keeper = sequence.ids[first - 1];
  if (keeper === undefined) return reason ?? decisions.reasonOf(id);
  return { code: 'unreferenced', because: `${wordsFor(evidence.resources.at(keeper))} needed it, and goes` };
}

/** As people know it; of which API is told by the plan. */
function wordsFor({ kind, scope, key }: Resource): string {
  if (kind === 'image-object') return `Image ${key}`;
  if (kind === 'stream-item') return `${streamIn(scope)}:${key}`;
  return kind === 'revision-link' ? `the link of ${streamIn(scope)} to ${key}` : formatResource({ kind, scope, key });
}

/** Per item: which request it is part of, and whether its tag vanishes with it. */
interface Units {
  unitOf(id: ResourceId): number;
  emptiesTag(id: ResourceId): boolean;
}

function unitsOf({ evidence, sequence, decisions }: Given): Units {
  const { resources } = evidence;
  const units = new Map<number, number>();
  const lastOfTag = new Map<string, ResourceId>();
  const tagOf = (id: ResourceId) =>
    `${resources.scopeNumber(id)} ${parseStreamItemKey(resources.key(id))?.tag ?? resources.key(id)}`;
  for (const [index, id] of sequence.ids.entries()) {
    if (resources.kind(id) !== 'stream-item') break;
    const scope = resources.scopeNumber(id);
    if (!units.has(scope)) units.set(scope, index + 1);
    lastOfTag.set(tagOf(id), id);
  }
  for (let id = 0; id < resources.size && lastOfTag.size > 0; id += 1)
    if (resources.kind(id) === 'stream-item' && evidence.exists(id) && !decisions.isDeleted(id))
      lastOfTag.delete(tagOf(id));
  const last = new Set(lastOfTag.values());
  return {
    unitOf: (id) => units.get(resources.scopeNumber(id)) as number,
    emptiesTag: (id) => last.has(id),
  };
}

function itemParts(
  { resources, about }: Evidence,
  id: ResourceId,
  units: Units,
): Pick<Action, 'after' | 'unit' | 'expects' | 'emptiesTag'> {
  const { createdAtMs } = about(id);
  const image = parseStreamItemKey(resources.key(id))?.image;
  if (!isDigest(image)) throw new Error(`${formatResource(resources.at(id))} is to be deleted but names no digest`);
  const expects: Precondition = { digest: image, ...(createdAtMs === undefined ? {} : { createdAtMs }) };
  const empties = units.emptiesTag(id) ? { emptiesTag: true as const } : {};
  return { after: [], unit: units.unitOf(id), expects, ...empties };
}

function imageParts(
  given: Given,
  id: ResourceId,
  n: number,
): Pick<Action, 'after' | 'expects' | 'freesBytes' | 'unlessAllFailed'> {
  const { evidence, sequence } = given;
  const first = sequence.firstBlobOf(n);
  const data = Array.from({ length: n - first }, (_, index) => first + index);
  const resourceVersion = evidence.about(id).attributes?.['resource-version'];
  return {
    after: positionsOfKeepers(given, id, n),
    expects: resourceVersion === undefined ? {} : { resourceVersion },
    freesBytes: data.length > 0 ? 0 : sequence.bytesOf(id),
    ...(data.length > 0 ? { unlessAllFailed: data } : {}),
  };
}

/** Where the things that keep it stand, as far as they go before it. */
function positionsOfKeepers({ keepers, sequence }: Given, id: ResourceId, n: number): readonly number[] {
  const positions: number[] = [];
  for (const keeper of keptBy(keepers, id)) positions.push(sequence.positionOf(keeper.id));
  return ascending(positions, n);
}

function afterOfBlob(given: Given, id: ResourceId, n: number): readonly number[] {
  const { evidence, graph, keepers, sequence } = given;
  const positions: number[] = [];
  for (const { id: image, as } of keptBy(keepers, id)) {
    if (sequence.positionOf(image) === 0) continue;
    const data = as === 'link' ? undefined : manifestData(given, image);
    if (data !== undefined) positions.push(data);
    else
      for (const { id: keeper } of keptBy(keepers, image))
        positions.push(
          evidence.resources.kind(keeper) === 'image-object'
            ? (manifestData(given, keeper) ?? sequence.positionOf(keeper))
            : sequence.positionOf(keeper),
        );
  }
  return ascending(positions, n);

  function manifestData({ sequence: { positionOf } }: Given, image: ResourceId): number | undefined {
    for (const { id: blob, as } of keptBy(graph, image))
      if (as === 'link' && positionOf(blob) > 0) return positionOf(blob);
    return undefined;
  }
}

function ascending(positions: readonly number[], below: number): readonly number[] {
  const before = positions.filter((one) => one > 0 && one < below).sort((a, b) => a - b);
  return before.filter((one, index) => one !== before[index - 1]);
}
