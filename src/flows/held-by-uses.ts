import { namesInUse } from '../apply/guards/uses-now.ts';
import type { BadReference } from '../evidence/bad-reference.ts';
import { readName } from '../evidence/link-references.ts';
import type { ReferenceRules } from '../evidence/reference-rules.ts';
import type { Source } from '../evidence/sink.ts';
import { assertReadable } from './bad-references.ts';
import { survey } from './survey.ts';

/** What counts as a use of what lies on a storage. */
export interface StoreUses {
  /** What becomes of names that can't be read. */
  readonly bad: ReferenceRules['bad'];
  /** Pods that have ended count for so long after they were made, in milliseconds. */
  readonly endedForMs: number;
}

/**
 * What a cluster uses by digest, said of a whole storage: a name's host says nothing there, as a storage has none. A tag that somebody
 * uses needs no word, as no tag goes. A name that can't be read is held as it was written, and `spreadHolds` finds what it might mean. What the
 * cluster could not tell may hold anything.
 *
 * @param cluster - `Cluster.uses()`
 */
export function heldByUses(
  cluster: Source,
  storeName: string,
  { bad: badNames, endedForMs }: StoreUses,
  nowMs: () => number,
): Source {
  return {
    name: cluster.name,
    survey: async (sink, signal) => {
      const { evidence } = await survey([cluster], nowMs, signal);
      const bad: BadReference[] = [];
      for (const { name, by } of namesInUse(evidence, nowMs() - endedForMs)) {
        const read = readName(name);
        if ('why' in read) {
          bad.push({ reference: name, by: [by], why: read.why, keeps: [] });
          if (badNames === 'protect') sink.holds(sink.resource('image-reference', storeName, name), by);
        } else if (read.digest !== undefined) sink.holds(sink.resource('manifest', storeName, read.digest), by);
      }
      if (badNames === 'abort') assertReadable(bad);
      for (const gap of evidence.gaps) sink.gap({ ...gap, scope: storeName });
    },
  };
}
