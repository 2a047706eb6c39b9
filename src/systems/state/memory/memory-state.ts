import type { Digest } from '../../../oci/digest.ts';
import type { State } from '../contract.ts';

/** What is forgotten when the process ends: for tests, and for the demonstration. */
export function memoryState(): State {
  const countsBySource = new Map<string, Readonly<Record<string, number>>>();
  const sightings = new Map<string, { readonly digest: Digest; readonly firstSeenMs: number }>();
  const keyOf = (scope: string, tag: string): string => JSON.stringify([scope, tag]);

  return {
    lastCounts: async (source) => countsBySource.get(source),
    async rememberCounts(source, counts) {
      countsBySource.set(source, { ...counts });
    },
    async observeTags(tags, atMs) {
      for (const { scope, tag, digest } of tags) {
        const key = keyOf(scope, tag);
        if (sightings.get(key)?.digest !== digest) sightings.set(key, { digest, firstSeenMs: atMs });
      }
    },
    async firstSeenMs({ scope, tag, digest }) {
      const seen = sightings.get(keyOf(scope, tag));
      return seen?.digest === digest ? seen.firstSeenMs : undefined;
    },
    async close() {},
  };
}
