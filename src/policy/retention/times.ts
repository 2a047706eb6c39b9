import type { ResourceId } from '../../evidence/resource.ts';
import { keptBy } from '../../graph/graph.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { View } from '../view.ts';
import type { Candidate } from './candidate.ts';
import type { PastLookup } from './past-of-tags.ts';
import type { AgeBy } from './policy.ts';

/** A beginning from which an age is counted, UTC milliseconds, and what happened then. */
export interface Beginning {
  readonly atMs: number;
  readonly what: 'pushed' | 'first seen' | 'made' | 'tagged' | 'left by its last tag';
}

/** Looks up the beginnings of candidates; undefined where nothing tells. */
export interface Beginnings {
  of(candidate: Candidate, by: AgeBy): Beginning | undefined;
  /**
   * Since when no tag leads to it: since the last moved on; of what was never seen on a tag, since it or what belongs to it was pushed.
   * Where nothing is remembered of tags, nothing tells.
   */
  untagged(candidate: Candidate): Beginning | undefined;
}

export function beginnings(view: View, past: PastLookup | undefined): Beginnings {
  const { evidence, nowMs } = view;
  const pastOf = ({ scope, manifest }: Candidate) =>
    manifest === undefined ? undefined : past?.(scope, evidence.resources.key(manifest));
  const pushed = (candidate: Candidate): Beginning | undefined => {
    const told = evidence.about(candidate.id).pushedAtMs ?? about(candidate.manifest)?.pushedAtMs;
    if (told !== undefined) return { atMs: told, what: 'pushed' };
    const seen = candidate.tag === undefined ? pastOf(candidate)?.sinceMs : view.firstSeenMs(candidate.id);
    return seen === undefined ? undefined : { atMs: seen, what: 'first seen' };
  };
  const created = ({ id, manifest }: Candidate): Beginning | undefined => {
    const atMs = about(manifest)?.createdAtMs ?? evidence.about(id).createdAtMs;
    const isPlaceholder = atMs === undefined || atMs <= YEAR_2000_MS || atMs > nowMs + DAY_MS;
    return isPlaceholder ? undefined : { atMs, what: 'made' };
  };
  const left = (candidate: Candidate): Beginning | undefined => {
    const atMs = pastOf(candidate)?.leftAtMs;
    return atMs === undefined ? undefined : { atMs, what: 'left by its last tag' };
  };
  const tagged = (candidate: Candidate): Beginning | undefined => {
    if (candidate.tag === undefined) return left(candidate);
    const atMs = view.firstSeenMs(candidate.id);
    return atMs === undefined ? undefined : { atMs, what: 'tagged' };
  };
  const lookups = { pushed, created, tagged } as const;
  return {
    of: (candidate, by) => lookups[by](candidate),
    untagged: (candidate) =>
      past === undefined ? undefined : (left(candidate) ?? youngestPush(view, candidate, pushed(candidate))),
  };

  function about(id: ResourceId | undefined) {
    return id === undefined ? undefined : evidence.about(id);
  }
}

const YEAR_2000_MS = Date.UTC(2000, 0);
/** By which a builder's clock may be ahead. */
const DAY_MS = 86_400_000;

/** Who has signed or described an image lately needs it: it is as young as the youngest of what belongs to it. */
function youngestPush(view: View, { id }: Candidate, own: Beginning | undefined): Beginning | undefined {
  if (own === undefined) return undefined;
  let youngest = own;
  for (const { id: kept, as } of keptBy(view.graph, id)) {
    const atMs = as === 'subject' ? view.evidence.about(kept).pushedAtMs : undefined;
    if (atMs !== undefined && atMs > youngest.atMs) youngest = { atMs, what: 'pushed' };
  }
  return youngest;
}

/** `pushed 3d4h ago`. */
export function agoInWords({ atMs, what }: Beginning, nowMs: number): string {
  return `${what} ${formatDuration(Math.max(0, nowMs - atMs))} ago`;
}
