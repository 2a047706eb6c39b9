import { isDigest } from '../oci/digest.ts';
import { formatDuration } from '../util/pure/duration.ts';
import type { Evidence } from './evidence.ts';
import type { Push, PushTimes } from './push-times.ts';
import { repositoryIn } from './resource.ts';
import type { Sink } from './sink.ts';

export interface PushLease {
  /** How long a push holds what it brought. */
  readonly forMs: number;
  readonly nowMs: number;
}

/**
 * Holds the tags and manifests of a registry that were pushed a short time ago: who pushed them has not begun to use them yet. Run once
 * after all sources, like pulls.
 *
 * @param host - `host[:port]`, with which the registry's scopes begin
 */
export function applyPushes(
  evidence: Evidence,
  sink: Sink,
  host: string,
  pushes: PushTimes,
  { forMs, nowMs }: PushLease,
): void {
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if ((kind !== 'tag' && kind !== 'manifest') || !evidence.exists(id)) continue;
    const { scope, key } = resources.at(id);
    if (!scope.startsWith(`${host}/`)) continue;
    const push = lastPush(pushes, repositoryIn(scope), kind, key);
    // A registry's clock may be ahead: what was pushed in the future was pushed just now.
    if (push !== undefined && nowMs - push.atMs < forMs) sink.holds(id, wordsOf(push, nowMs));
  }
}

function lastPush(pushes: PushTimes, repository: string, kind: 'tag' | 'manifest', key: string): Push | undefined {
  if (kind === 'tag') return pushes.ofTag(repository, key);
  return isDigest(key) ? pushes.ofManifest(repository, key) : undefined;
}

function wordsOf({ atMs, through }: Push, nowMs: number): string {
  const ago = `pushed ${formatDuration(Math.max(0, nowMs - atMs))} ago`;
  return through === '' ? ago : `${ago}, through ${through}`;
}
