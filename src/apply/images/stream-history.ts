import type { KubeObject } from '../../systems/cluster/contract.ts';

/*
 * What is read and written of an ImageStream (image.openshift.io/v1); all else is left as it is:
 *
 *   status:
 *     tags:
 *     - tag: latest
 *       items:                              newest first
 *       - created: "2026-01-01T00:00:00Z"
 *         image: sha256:…
 *         dockerImageReference: …
 *         generation: 2
 *       conditions: [ … ]
 */

type Json = Readonly<Record<string, unknown>>;

/** A tag with its history, as it stands in the status. */
export interface TagHistory extends Json {
  readonly tag: string;
  readonly items: readonly HistoryItem[];
}

export interface HistoryItem extends Json {
  readonly created?: unknown;
  readonly image?: unknown;
}

/** What tells an item from all others of its stream. Within a second one image can be twice in a history: then any of them is meant. */
export interface ItemIdentity {
  readonly tag: string;
  readonly digest: string;
  /** Undefined: it has no time that can be read. */
  readonly createdAtMs: number | undefined;
}

/** The histories of a stream. What is none is left out. */
export function historiesOf(stream: KubeObject): readonly TagHistory[] {
  return rawTags(stream).filter(isHistory);
}

/** Positions of the wanted items in the history of their tag, 0 being the newest; the last of several that look alike. */
export function positionIn(histories: readonly TagHistory[], wanted: ItemIdentity): number | undefined {
  const { items } = histories.find(({ tag }) => tag === wanted.tag) ?? { items: [] };
  const position = items.findLastIndex((item) => isItem(item, wanted));
  return position < 0 ? undefined : position;
}

/** All digests that any history of the stream has. */
export function digestsIn(stream: KubeObject): ReadonlySet<string> {
  return new Set(historiesOf(stream).flatMap(({ items }) => items.map(({ image }) => String(image))));
}

/** The stream without these items. A tag that loses its last one vanishes. */
export function withoutItems(stream: KubeObject, unwanted: readonly ItemIdentity[]): KubeObject {
  const tags = rawTags(stream).flatMap((one): readonly unknown[] => {
    if (!isHistory(one)) return [one];
    let left = one.items;
    for (const item of unwanted.filter(({ tag }) => tag === one.tag)) {
      const at = left.findLastIndex((other) => isItem(other, item));
      left = left.filter((_, index) => index !== at);
    }
    if (left.length === one.items.length) return [one];
    return left.length === 0 ? [] : [{ ...one, items: left }];
  });
  return withTags(stream, tags);
}

/** An item, and where it stood. */
export interface PlacedItem {
  readonly tag: string;
  readonly item: HistoryItem;
  /** Its neighbours, where it had any: the next newer and the next older one. */
  readonly newer?: HistoryItem;
  readonly older?: HistoryItem;
  /** All else that stood in the tag's entry. */
  readonly rest?: Json;
}

/** What has to be known of an item to put it back. */
export function placeOf(stream: KubeObject, wanted: ItemIdentity): PlacedItem | undefined {
  const histories = historiesOf(stream);
  const at = positionIn(histories, wanted);
  const history = histories.find(({ tag }) => tag === wanted.tag);
  const item = at === undefined ? undefined : history?.items[at];
  if (history === undefined || at === undefined || item === undefined) return undefined;
  const { tag, items, ...rest } = history;
  const newer = items[at - 1];
  const older = items[at + 1];
  return {
    ...{ tag, item },
    ...(newer === undefined ? {} : { newer }),
    ...(older === undefined ? {} : { older }),
    ...(Object.keys(rest).length === 0 ? {} : { rest }),
  };
}

/** The stream with an item put back: behind what was newer, before what was older, else by its time. */
export function withItem(stream: KubeObject, placed: PlacedItem): KubeObject {
  const tags = rawTags(stream);
  const at = tags.findIndex((one) => isHistory(one) && one.tag === placed.tag);
  const found = tags[at] as TagHistory | undefined;
  if (found === undefined)
    return withTags(stream, [...tags, { ...placed.rest, tag: placed.tag, items: [placed.item] }]);
  const items = [...found.items];
  items.splice(placeAmong(items, placed), 0, placed.item);
  return withTags(stream, tags.toSpliced(at, 1, { ...found, items }));
}

/** Of an item as it was saved. */
export function identityOf({ tag, item }: Pick<PlacedItem, 'tag' | 'item'>): ItemIdentity {
  return { tag, digest: String(item.image), createdAtMs: timeOf(item) };
}

function placeAmong(items: readonly HistoryItem[], { item, newer, older }: PlacedItem): number {
  const above = newer === undefined ? -1 : items.findIndex((one) => isSame(one, newer));
  if (above >= 0) return above + 1;
  const below = older === undefined ? -1 : items.findIndex((one) => isSame(one, older));
  if (below >= 0) return below;
  const time = timeOf(item) ?? Number.NEGATIVE_INFINITY;
  const firstOlder = items.findIndex((one) => (timeOf(one) ?? Number.NEGATIVE_INFINITY) < time);
  return firstOlder < 0 ? items.length : firstOlder;
}

function isItem(item: HistoryItem, { digest, createdAtMs }: ItemIdentity): boolean {
  return item.image === digest && timeOf(item) === createdAtMs;
}

function isSame(one: HistoryItem, other: HistoryItem): boolean {
  return one.image === other.image && timeOf(one) === timeOf(other);
}

function timeOf({ created }: HistoryItem): number | undefined {
  const time = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function rawTags(stream: KubeObject): readonly unknown[] {
  const { tags } = (isMap(stream['status']) ? stream['status'] : {}) as { readonly tags?: unknown };
  return Array.isArray(tags) ? tags : [];
}

function withTags(stream: KubeObject, tags: readonly unknown[]): KubeObject {
  return { ...stream, status: { ...(isMap(stream['status']) ? stream['status'] : {}), tags } };
}

function isHistory(value: unknown): value is TagHistory {
  if (!isMap(value) || typeof value['tag'] !== 'string' || !Array.isArray(value['items'])) return false;
  return value['items'].every(isMap);
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
