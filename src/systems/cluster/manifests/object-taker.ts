import type { KubeObject } from '../contract.ts';

/** Takes what a reader of files finds. */
export interface ObjectTaker {
  /** Whether an object is worth reading, by what can be told of it before: it saves reading most. */
  wants(apiVersion: string, kind: string): boolean;
  /** Whether a document in YAML, which is slow to read, might hold anything worth it, by its text. Absent: always. */
  mightWant?(text: string): boolean;
  /** @param object - with its `apiVersion` and `kind`, also where it stood in a list that has them in its place */
  object(object: KubeObject): void;
  /** A list of the API, with items or without. */
  list(): void;
  /** A map that is no object of the API: `values.yaml`. */
  other(fields: Readonly<Record<string, unknown>>): void;
}

/**
 * Hands on what one document holds: an object, a list of objects, or lists within a list.
 *
 * @param kind - of the list that it stood in, where it has none itself
 */
export function takeDocument(document: unknown, taker: ObjectTaker, listOf?: ListHead): void {
  if (Array.isArray(document)) {
    for (const item of document as readonly unknown[]) takeDocument(item, taker, listOf);
    return;
  }
  if (typeof document !== 'object' || document === null) return;
  const object = named(document as KubeObject, listOf);
  const { apiVersion, kind, items } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    taker.other(object);
    return;
  }
  if (kind.endsWith('List') && (Array.isArray(items) || items === null || items === undefined)) {
    taker.list();
    const head = itemsOf({ apiVersion, kind });
    for (const item of (items ?? []) as readonly unknown[]) takeDocument(item, taker, head);
  } else if (taker.wants(apiVersion, kind)) taker.object(object);
}

/** What the items of a list are, that don't say it themselves. */
export interface ListHead {
  readonly apiVersion: string;
  readonly kind: string;
}

/** `Pod` of a `PodList`; undefined: a `List` says nothing of its items, and what is no list has none. */
export function itemsOf({
  apiVersion,
  kind,
}: {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
}): ListHead | undefined {
  if (apiVersion === undefined || kind === undefined || kind === 'List' || !kind.endsWith('List')) return undefined;
  return { apiVersion, kind: kind.slice(0, -'List'.length) };
}

function named(object: KubeObject, head: ListHead | undefined): KubeObject {
  if (head === undefined || object.kind !== undefined || object.apiVersion !== undefined) return object;
  return { ...object, ...head };
}
