import type { ApiObject } from './api-object.ts';
import type { ServedKind } from './kinds.ts';

export type Change = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface StoreEvent {
  readonly version: number;
  readonly type: Change;
  readonly kind: ServedKind;
  /** `namespace/name`; `/name` for what has no namespace. */
  readonly key: string;
  /** As it is now; of what was deleted, as it was last. */
  readonly object: ApiObject;
  readonly before: ApiObject | undefined;
}

/**
 * All objects, and all that ever happened to them: every change takes the next number of one count, so that each state that there ever was
 * can be looked at again, until it is compacted.
 */
export class ObjectStore {
  readonly #objects = new Map<ServedKind, Map<string, ApiObject>>();
  readonly #events: StoreEvent[] = [];
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #sorted = new Map<ServedKind, { readonly version: number; readonly objects: readonly ApiObject[] }>();
  #version = 1000;
  #compactedTo = 0;

  get version(): number {
    return this.#version;
  }

  /** States before this one can't be asked for any more. */
  get compactedTo(): number {
    return this.#compactedTo;
  }

  compact(): void {
    this.#compactedTo = this.#version;
  }

  get(kind: ServedKind, key: string): ApiObject | undefined {
    return this.#of(kind).get(key);
  }

  /** Gives it the next version. */
  write(kind: ServedKind, key: string, object: ApiObject): ApiObject {
    const before = this.get(kind, key);
    const version = this.#version + 1;
    const written = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    this.#of(kind).set(key, written);
    this.#happened({ version, type: before === undefined ? 'ADDED' : 'MODIFIED', kind, key, object: written, before });
    return written;
  }

  remove(kind: ServedKind, key: string): void {
    const before = this.get(kind, key);
    if (before === undefined) return;
    const version = this.#version + 1;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    this.#of(kind).delete(key);
    this.#happened({ version, type: 'DELETED', kind, key, object, before });
  }

  /** In order of keys, as they were at a version. */
  list(kind: ServedKind, atVersion: number): readonly ApiObject[] {
    const later = this.eventsAfter(atVersion).filter((event) => event.kind === kind);
    if (later.length === 0) return this.#sortedNow(kind);
    const objects = new Map(this.#of(kind));
    for (const { key, before } of later.reverse()) {
      if (before === undefined) objects.delete(key);
      else objects.set(key, before);
    }
    return inOrder(objects);
  }

  eventsAfter(version: number): StoreEvent[] {
    // Versions are given out one by one, and each is an event's.
    return this.#events.slice(Math.max(0, this.#events.length - (this.#version - version)));
  }

  /** @returns ends it. */
  listen(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(kind: ServedKind): Map<string, ApiObject> {
    const known = this.#objects.get(kind);
    if (known !== undefined) return known;
    const objects = new Map<string, ApiObject>();
    this.#objects.set(kind, objects);
    return objects;
  }

  #sortedNow(kind: ServedKind): readonly ApiObject[] {
    const last = this.#sorted.get(kind);
    if (last !== undefined && last.version === this.#version) return last.objects;
    const objects = inOrder(this.#of(kind));
    this.#sorted.set(kind, { version: this.#version, objects });
    return objects;
  }

  #happened(event: StoreEvent): void {
    this.#version = event.version;
    this.#events.push(event);
    for (const listener of [...this.#listeners]) listener(event);
  }
}

export const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;

function inOrder(objects: ReadonlyMap<string, ApiObject>): readonly ApiObject[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
