import type { Evidence } from '../evidence/evidence.ts';
import { formatResource, type Resource, type ResourceId, type ResourceKind } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';
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
  const actions = (only: Only): Iterable<Action> => ({
    *[Symbol.iterator]() {
      units ??= unitsOf(given);
      yield* generate(given, units, only);
    },
  });
  const sorted: SortedActions = { ...actions({}), only: actions };
  return sorted;
}

/** Which actions are asked for: those of some kinds, those with which a tag vanishes. Absent: all. */
interface Only {
  readonly kinds?: readonly ActionKind[];
  readonly emptyingTags?: true;
}

/** Actions of which some can be had without making the others. */
interface SortedActions extends Iterable<Action> {
  only(only: Only): Iterable<Action>;
}

/** The actions of some kinds, in their order: quicker than to look through all of a plan that was just made. */
export function* actionsOfKinds(actions: Iterable<Action>, kinds: readonly ActionKind[]): Generator<Action> {
  for (const action of some(actions, { kinds })) if (kinds.includes(action.do)) yield action;
}

/** The actions with which a tag vanishes, in their order. */
export function* actionsEmptyingTags(actions: Iterable<Action>): Generator<Action> {
  for (const action of some(actions, { kinds: ['delete-stream-item'], emptyingTags: true }))
    if (action.emptiesTag === true) yield action;
}

function some(actions: Iterable<Action>, only: Only): Iterable<Action> {
  return 'only' in actions ? (actions as SortedActions).only(only) : actions;
}

const actionOf: Readonly<Partial<Record<ResourceKind, ActionKind>>> = {
  'stream-item': 'delete-stream-item',
  'revision-link': 'delete-manifest-link',
  'layer-link': 'delete-layer-link',
  blob: 'delete-blob',
  'image-object': 'delete-image',
};

function* generate(given: Given, units: Units, only: Only): Generator<Action> {
  const { evidence, sequence } = given;
  const { ids } = sequence;
  for (let n = 1; n <= ids.length; n += 1) {
    const id = ids[n - 1] as ResourceId;
    const kind = actionOf[evidence.resources.kind(id)] as ActionKind;
    if (only.kinds !== undefined && !only.kinds.includes(kind)) continue;
    if (only.emptyingTags === true && !units.emptiesTag(id)) continue;
    yield actionAt(given, units, kind, id, n);
  }
}

/** Written out, not spread: there may be a million, and each spread leaves more behind than what it makes. */
function actionAt(given: Given, units: Units, kind: ActionKind, id: ResourceId, n: number): Action {
  const { evidence } = given;
  const { code: reason, because } = reasonFor(given, id);
  const target = evidence.resources.at(id);
  switch (kind) {
    case 'delete-stream-item': {
      const [expects, unit] = [expectedItem(evidence, id, target), units.unitOf(id)];
      const emptiesTag = units.emptiesTag(id);
      if (!emptiesTag) return { n, do: kind, target, reason, because, freesBytes: 0, expects, after: [], unit };
      return { n, do: kind, target, reason, because, freesBytes: 0, expects, after: [], unit, emptiesTag };
    }
    case 'delete-blob': {
      const [freesBytes, after] = [evidence.sizeBytes(id), afterOfBlob(given, id, n)];
      return { n, do: kind, target, reason, because, freesBytes, expects: {}, after };
    }
    case 'delete-image': {
      const [expects, after] = [expectedImage(evidence, id), positionsOfKeepers(given, id, n)];
      const unlessAllFailed = positionsOfData(given, n);
      const freesBytes = unlessAllFailed.length > 0 ? 0 : given.sequence.bytesOf(id);
      if (unlessAllFailed.length === 0) return { n, do: kind, target, reason, because, freesBytes, expects, after };
      return { n, do: kind, target, reason, because, freesBytes, expects, after, unlessAllFailed };
    }
    default: {
      const after = positionsOfKeepers(given, id, n);
      return { n, do: kind, target, reason, because, freesBytes: 0, expects: {}, after };
    }
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
  for (let arc = keepers.rows[id] as number; arc < (keepers.rows[id + 1] as number); arc += 1) {
    const position = sequence.positionOf(keepers.kept[arc] as ResourceId);
    if (position > 0 && position < first) first = position;
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

function expectedItem({ about }: Evidence, id: ResourceId, target: Resource): Precondition {
  const { createdAtMs } = about(id);
  const digest = parseStreamItemKey(target.key)?.image;
  if (!isDigest(digest)) throw new Error(`${formatResource(target)} is to be deleted but names no digest`);
  return createdAtMs === undefined ? { digest } : { digest, createdAtMs };
}

function expectedImage({ about }: Evidence, id: ResourceId): Precondition {
  const resourceVersion = about(id).attributes?.['resource-version'];
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** The data that goes with the Image at this position: it stands right before it. */
function positionsOfData({ sequence }: Given, n: number): readonly number[] {
  const positions: number[] = [];
  for (let one = sequence.firstBlobOf(n); one < n; one += 1) positions.push(one);
  return positions;
}

/** Where the things that keep it stand, as far as they go before it. */
function positionsOfKeepers({ keepers, sequence }: Given, id: ResourceId, n: number): readonly number[] {
  const positions: number[] = [];
  for (let arc = keepers.rows[id] as number; arc < (keepers.rows[id + 1] as number); arc += 1)
    positions.push(sequence.positionOf(keepers.kept[arc] as ResourceId));
  return ascending(positions, n);
}

function afterOfBlob(given: Given, id: ResourceId, n: number): readonly number[] {
  const { evidence, keepers, sequence } = given;
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
}

/** Where the data of an Image's manifest stands, if it goes. */
function manifestData({ graph, sequence }: Given, image: ResourceId): number | undefined {
  for (let arc = graph.rows[image] as number; arc < (graph.rows[image + 1] as number); arc += 1) {
    const position = sequence.positionOf(graph.kept[arc] as ResourceId);
    if (position > 0 && edgeKinds[graph.kinds[arc] as number] === 'link') return position;
  }
  return undefined;
}

/** Those that stand before, each once. */
function ascending(positions: number[], below: number): readonly number[] {
  positions.sort((a, b) => a - b);
  let count = 0;
  for (const one of positions) {
    if (one === 0 || one >= below || (count > 0 && one === positions[count - 1])) continue;
    positions[count] = one;
    count += 1;
  }
  positions.length = count;
  return positions;
}
