import type { KubeObject } from '../contract.ts';

/** What the reader of a kind tells of an object, while it goes through it. */
export interface UseSink {
  /**
   * A name of an image, in a place where one should be. Nothing and blanks are passed over; what is no text is told as JSON, so that it is
   * a bad reference, which keeps all that it might mean.
   *
   * @param where - `container app`.
   */
  image(value: unknown, where: string): void;
  /** A name of an image stream's tag or image, with its namespace: `shop/web:latest`, `shop/web@sha256:…`. */
  stream(name: string, where: string): void;
  /** Objects within the object, whose uses are its own: the manifests of a Helm release. */
  object(object: KubeObject, where: string): void;
  /** A part that can't be read, and may name anything. */
  unreadable(cause: string): void;
}

/** What else a reader says of an object. */
export interface ObjectWords {
  /** Instead of `Kind namespace/name`. */
  readonly title?: string;
  /** `Running`, `revision 3`. */
  readonly state?: string;
  /** It has run to its end, and uses nothing any more. */
  readonly ended?: boolean;
}

/** Reads one kind. It trusts nothing to be there, and throws for nothing that stands in an object. */
export type UseReader = (object: KubeObject, say: UseSink) => ObjectWords | undefined;

export type Fields = Readonly<Record<string, unknown>>;

/** A map's fields; undefined: it is none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Nothing, as Kubernetes takes it: absent or null. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** What lies at a path of names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) here = fieldsOf(here)?.[name];
  return here;
}
