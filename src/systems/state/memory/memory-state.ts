import type { Digest } from '../../../oci/digest.ts';
import type { RememberedRevision, State } from '../contract.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** A digest that a tag has left. */
interface PastRevision extends RememberedRevision {
  readonly leftAtMs: number;
}

/** What is forgotten when the process ends: for tests, and for the demonstration. */
export function memoryState(): State {
  const use = new Map<string, ReadonlyMap<string, number>>();
  const countsBySource = new Map<string, Readonly<Record<string, number>>>();
  /** By scope and tag; the present digest, and those before it, newest first. */
  const tags = new Map<
    string,
    Map<string, { readonly now: RememberedRevision; readonly past: readonly PastRevision[] }>
  >();

  return {
    lastCounts: async (source) => countsBySource.get(source),
    async rememberCounts(source, counts) {
      countsBySource.set(source, { ...counts });
    },
    async observeTags(observed, atMs) {
      for (const { scope, tag, digest } of observed) {
        const here = tags.get(scope) ?? new Map();
        tags.set(scope, here);
        const known = here.get(tag);
        if (known?.now.digest === digest) continue;
        const left = known === undefined ? [] : [{ ...known.now, leftAtMs: atMs }, ...known.past];
        const past = left.filter(({ leftAtMs }) => leftAtMs >= atMs - YEAR_MS);
        here.set(tag, { now: { digest, sinceMs: atMs }, past });
      }
    },
    async firstSeenMs({ scope, tag, digest }) {
      const now = tags.get(scope)?.get(tag)?.now;
      return now?.digest === digest ? now.sinceMs : undefined;
    },
    async tagHistory(scope) {
      const here = [...(tags.get(scope) ?? [])];
      return new Map(
        here.map(([tag, { now, past }]) => [tag, [now, ...past].map(({ digest, sinceMs }) => ({ digest, sinceMs }))]),
      );
    },
    async forgetDigests(scope, digests) {
      const gone = new Set<Digest>(digests);
      const here = tags.get(scope) ?? new Map();
      for (const [tag, { now, past }] of [...here]) {
        if (gone.has(now.digest)) here.delete(tag);
        else here.set(tag, { now, past: past.filter((one: PastRevision) => !gone.has(one.digest)) });
      }
    },
    async noteUse(runtime, images, atMs) {
      const before = use.get(runtime) ?? new Map<string, number>();
      const now = new Map([...images].map(({ key, used }) => [key, used ? atMs : (before.get(key) ?? atMs)]));
      use.set(runtime, now);
      return now;
    },
    async close() {},
  };
}
