import { type Collection, collectEvidence, type SourceSummary } from '../evidence/evidence.ts';
import type { Sink, Source } from '../evidence/sink.ts';

/**
 * Lets all sources state their facts, side by side: none reads what another says, and order does not matter.
 *
 * @param collection - what was said before, to which this is added.
 */
export async function survey(
  sources: readonly Source[],
  nowMs: () => number,
  signal: AbortSignal,
  collection: Collection = collectEvidence(),
): Promise<Collection> {
  const ended = await Promise.allSettled(
    sources.map(async (source) => {
      const observedAtMs = nowMs();
      const counting = countingSink(collection.sink);
      await source.survey(counting.sink, signal);
      collection.addSource({ source: source.name, observedAtMs, ...counting.counts() });
    }),
  );
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return collection;
}

function countingSink(sink: Sink): { readonly sink: Sink; counts(): Pick<SourceSummary, 'facts' | 'gaps'> } {
  const counts = { exists: 0, refers: 0, holds: 0, retires: 0 };
  let gaps = 0;
  return {
    counts: () => ({ facts: { ...counts }, gaps }),
    sink: {
      resource: sink.resource,
      existing: (kind, scope, digests, sizes) => {
        counts.exists += digests.size;
        return sink.existing(kind, scope, digests, sizes);
      },
      exists: (resource, about) => {
        counts.exists += 1;
        sink.exists(resource, about);
      },
      refers: (from, to, as) => {
        counts.refers += 1;
        sink.refers(from, to, as);
      },
      holds: (resource, by) => {
        counts.holds += 1;
        sink.holds(resource, by);
      },
      retires: (resource, by) => {
        counts.retires += 1;
        sink.retires(resource, by);
      },
      gap: (gap) => {
        gaps += 1;
        sink.gap(gap);
      },
    },
  };
}
