import type { Digest } from '../oci/digest.ts';
import type { DigestList } from './digest-list.ts';
import type { Gap } from './gap.ts';
import type { ResourceId, ResourceKind } from './resource.ts';

/** What is known of a thing that exists. Times are UTC milliseconds since 1970. Absent means unknown, never zero. */
export interface About {
  readonly sizeBytes?: number;
  /** The content address behind a name, where the kind has one. */
  readonly digest?: Digest;
  /** When the content says it was made (an image's `created`). */
  readonly createdAtMs?: number;
  /** When it arrived where it is, by the keeper's own clock. */
  readonly pushedAtMs?: number;
  readonly lastUsedAtMs?: number;
  /**
   * What the content or its keeper says of it, by name: `label:KEY`, `annotation:KEY`, `platform` (`linux/arm64`). Sources state those
   * only that they are asked for.
   */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Where sources state their facts, in four verbs. Facts add up: order and repetition do not matter, and no source
 * reads what another has said. Nothing here is kept as an object: a source streams.
 */
export interface Sink {
  /** The number of a resource, giving it one at first mention. Mentioning is no claim that the thing exists. */
  resource(kind: ResourceKind, scope: string, key: string): ResourceId;
  /**
   * States of very many things at once that they exist. It must be the first word on this kind in this scope.
   *
   * @param sizes - bytes of each, in the same order, where they are known.
   * @returns the number of the first; the others follow in the list's order.
   */
  existing(kind: ResourceKind, scope: string, digests: DigestList, sizes?: Float64Array): ResourceId;
  /** States that a thing exists. Said twice, the facts are merged; the last known value of each stands. */
  exists(resource: ResourceId, about: About): void;
  /** States that one thing names another. Which end keeps which is not the source's business. */
  refers(from: ResourceId, to: ResourceId, as: EdgeKind): void;
  /** States that somebody uses a thing now. `by` is in words that its owner knows: `record 4711 (status active)`. */
  holds(resource: ResourceId, by: string): void;
  /** States that the owner of a thing is done with it. */
  retires(resource: ResourceId, by: string): void;
  /** States that something could not be seen. */
  gap(gap: Gap): void;
}

/** A source of facts: one survey of one system. It resolves when all was said, with gaps for what could not be seen. */
export interface Source {
  /** Shown in plans and messages: `registry registry.example:5000`, `records postgres`. No credentials. */
  readonly name: string;
  /**
   * @throws only when nothing at all can be said (wrong address, wrong credentials: a user's mistake), or when aborted.
   *   A system that answers in part is a {@link Gap}.
   */
  survey(sink: Sink, signal: AbortSignal): Promise<void>;
}

/** How one thing can name another. `graph/edges.ts` says for each kind which end keeps which. */
export const edgeKinds = [
  'record',
  'tag',
  'child',
  'config',
  'layer',
  'subject',
  'referrer-tag',
  'alias',
  'opaque',
  'link',
  'uses',
  'names',
] as const;

export type EdgeKind = (typeof edgeKinds)[number];
