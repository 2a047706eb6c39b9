import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { keptBy } from '../../graph/graph.ts';
import { mark } from '../../graph/mark.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Rule, Ruling, View } from '../view.ts';
import { tagsOf } from '../view.ts';

/**
 * A manifest that no tag of its repository leads to, by itself or as a child, a referrer or a signature of another, goes once it is
 * old enough. One that somebody has signed or described lately is as young as the signature.
 *
 * @param minAgeMs - younger ones stay: their tag may still be on its way.
 */
export function untaggedManifest(minAgeMs: number): Rule {
  return (view) => {
    const { evidence, graph, nowMs } = view;
    const tagged = mark(graph, tagsOf(evidence));
    return (id) => {
      if (evidence.resources.kind(id) !== 'manifest' || tagged.has(id)) return undefined;
      const pushedAtMs = newestOf(view, id);
      if (pushedAtMs === undefined)
        return { code: 'age-unknown', because: 'no tag leads to it, and nothing tells when it was pushed' };
      return byAge(nowMs - pushedAtMs, minAgeMs);
    };
  };
}

function byAge(ageMs: number, minAgeMs: number): Ruling {
  const words = `no tag leads to it, and it was pushed ${formatDuration(Math.max(0, ageMs))} ago`;
  return minAgeMs > 0 && ageMs < minAgeMs
    ? { code: 'keep-younger-than', because: `${words}, less than ${formatDuration(minAgeMs)}` }
    : { code: 'untagged', because: words };
}

/** When it came, or the newest of its referrers. */
function newestOf({ evidence, graph }: Pick<View, 'evidence' | 'graph'>, id: ResourceId): number | undefined {
  const times = [pushedAt(evidence, id)];
  for (const { id: kept, as } of keptBy(graph, id))
    if (as === 'subject' && evidence.exists(kept)) times.push(pushedAt(evidence, kept));
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length ? undefined : Math.max(...known);
}

function pushedAt(evidence: Evidence, id: ResourceId): number | undefined {
  return evidence.about(id).pushedAtMs;
}
