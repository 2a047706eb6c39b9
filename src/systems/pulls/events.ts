import { type Digest, isDigest } from '../../oci/digest.ts';

/*
 * What Distribution sends to a webhook, as far as we read it. Manifests and blobs are told alike; the events of a manifest name its type,
 * those of a blob application/octet-stream. A HEAD is told as a pull: a node that has the image already asks no more than that.
 *
 *   {"events": [{"timestamp": "2026-01-02T15:04:05.678Z", "action": "pull",
 *                "target": {"mediaType": …, "digest": …, "repository": "team/app", "tag": "v1"},
 *                "request": {"useragent": …}, "actor": {"name": …}}]}
 *
 * https://distribution.github.io/distribution/about/notifications/
 */

/** One thing that happened, at a time (UTC milliseconds). */
export interface RegistryEvent {
  readonly atMs: number;
  /** Absent, as `push` is: it was of no manifest, and tells the time only. */
  readonly pull?: Transfer;
  readonly push?: Transfer;
}

/** A manifest that was fetched, or brought. */
export interface Transfer {
  readonly repository: string;
  readonly digest: Digest;
  /** Absent: it was asked for, or brought, by digest. */
  readonly tag?: string;
  /** Empty where it is not told. */
  readonly userAgent: string;
  readonly actor: string;
}

/** Events in an envelope, a list of envelopes, or one event alone. Undefined: it is none of these, or one event in it is none. */
export function eventsIn(value: unknown): readonly RegistryEvent[] | undefined {
  if (Array.isArray(value)) return allOf(value, eventsIn);
  if (!isObject(value)) return undefined;
  if (Array.isArray(value['events'])) return allOf(value['events'], (one) => asList(readEvent(one)));
  return asList(readEvent(value));
}

function readEvent(value: unknown): RegistryEvent | undefined {
  if (!isObject(value) || typeof value['action'] !== 'string' || typeof value['timestamp'] !== 'string')
    return undefined;
  const atMs = Date.parse(value['timestamp']);
  if (Number.isNaN(atMs)) return undefined;
  const { action, target, request, actor } = value;
  if (action !== 'pull' && action !== 'push') return { atMs };
  if (!isObject(target)) return undefined;
  const { mediaType, repository, digest, tag } = target;
  if (mediaType === 'application/octet-stream') return { atMs };
  if (typeof repository !== 'string' || !isDigest(digest)) return undefined;
  return {
    atMs,
    [action]: {
      ...{ repository, digest },
      ...(typeof tag === 'string' && tag !== '' && { tag }),
      userAgent: textIn(request, 'useragent'),
      actor: textIn(actor, 'name'),
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textIn(value: unknown, field: string): string {
  const text = isObject(value) ? value[field] : undefined;
  return typeof text === 'string' ? text : '';
}

function asList<T>(value: T | undefined): readonly T[] | undefined {
  return value === undefined ? undefined : [value];
}

function allOf<T>(values: readonly unknown[], read: (value: unknown) => readonly T[] | undefined) {
  const found: T[] = [];
  for (const value of values) {
    const some = read(value);
    if (some === undefined) return undefined;
    found.push(...some);
  }
  return found;
}
