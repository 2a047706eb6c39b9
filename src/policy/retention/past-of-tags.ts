import type { Digest } from '../../oci/digest.ts';
import { manifestOf, tagsOf, type View } from '../view.ts';

/** Where a digest stands in what is remembered of the tags of its repository. */
export interface PastOnTags {
  /** The best of its places among the digests of a tag that has moved on, 1 being the present one; undefined: none has left it. */
  readonly place: number | undefined;
  /** When a tag was first seen on it, UTC milliseconds. */
  readonly sinceMs: number;
  /** When the last tag that was on it moved on; undefined where one is on it still. */
  readonly leftAtMs: number | undefined;
}

/** Looks up a digest by its repository's scope; undefined: no tag was ever seen on it. */
export type PastLookup = (scope: string, digest: string) => PastOnTags | undefined;

/** Gathers the histories of the tags that exist; undefined where nothing is remembered of tags. */
export function pastOfTags(view: View): PastLookup | undefined {
  const { tagHistory, evidence } = view;
  if (tagHistory === undefined) return undefined;
  const { resources } = evidence;
  const byScope = new Map<string, Map<Digest, PastOnTags>>();
  for (const tag of tagsOf(evidence)) {
    const scope = resources.scope(tag);
    const here = byScope.get(scope) ?? new Map<Digest, PastOnTags>();
    byScope.set(scope, here);
    const places = new Map<Digest, number>();
    const present = manifestOf(view, tag);
    const isOn = (digest: Digest) => present !== undefined && resources.key(present) === digest;
    let movedOnAtMs: number | undefined;
    for (const { digest, sinceMs } of tagHistory(tag)) {
      const place = places.get(digest) ?? places.size + 1;
      places.set(digest, place);
      const left = isOn(digest) ? { place: undefined, leftAtMs: undefined } : { place, leftAtMs: movedOnAtMs };
      here.set(digest, merge(here.get(digest), { ...left, sinceMs }));
      movedOnAtMs = sinceMs;
    }
  }
  return (scope, digest) => byScope.get(scope)?.get(digest as Digest);
}

function merge(one: PastOnTags | undefined, other: PastOnTags): PastOnTags {
  if (one === undefined) return other;
  const isLeft = one.leftAtMs !== undefined && other.leftAtMs !== undefined;
  const places = [one.place, other.place].filter((place) => place !== undefined);
  return {
    place: places.length === 0 ? undefined : Math.min(...places),
    sinceMs: Math.min(one.sinceMs, other.sinceMs),
    leftAtMs: isLeft ? Math.max(one.leftAtMs ?? 0, other.leftAtMs ?? 0) : undefined,
  };
}
