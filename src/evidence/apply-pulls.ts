import { isDigest } from '../oci/digest.ts';
import type { Evidence } from './evidence.ts';
import type { PullTimes } from './pull-times.ts';
import { repositoryIn } from './resource.ts';
import type { Sink } from './sink.ts';

/**
 * Adds to the tags and manifests of a registry when they were last pulled. Run once after all sources: a pull is no word that something
 * exists, so only what exists gets a time.
 *
 * @param host - `host[:port]`, with which the registry's scopes begin
 */
export function applyPulls(evidence: Evidence, sink: Sink, host: string, pulls: PullTimes): void {
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    if ((kind !== 'tag' && kind !== 'manifest') || !evidence.exists(id)) continue;
    const { scope, key } = resources.at(id);
    if (!scope.startsWith(`${host}/`)) continue;
    const pulledAtMs = lastPull(pulls, repositoryIn(scope), kind, key);
    const knownAtMs = evidence.about(id).lastUsedAtMs;
    if (pulledAtMs !== undefined && (knownAtMs === undefined || pulledAtMs > knownAtMs))
      sink.exists(id, { lastUsedAtMs: pulledAtMs });
  }
}

function lastPull(pulls: PullTimes, repository: string, kind: 'tag' | 'manifest', key: string): number | undefined {
  if (kind === 'tag') return pulls.ofTag(repository, key);
  return isDigest(key) ? pulls.ofManifest(repository, key) : undefined;
}
