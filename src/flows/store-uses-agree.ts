import type { Guard } from '../apply/doer.ts';
import { askedLately } from '../apply/guards/asked-lately.ts';
import { failClosed } from '../apply/guards/fail-closed.ts';
import { type UsesNow, usesNow } from '../apply/guards/uses-now.ts';
import { readManifest } from '../apply/store/read-manifest.ts';
import type { ReferenceRules } from '../evidence/reference-rules.ts';
import type { Source } from '../evidence/sink.ts';
import { isDigest } from '../oci/digest.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import type { StoreUses } from './held-by-uses.ts';
import { survey } from './survey.ts';

/** Clusters to be asked again while a plan for a storage is applied. */
export interface StoreUsesAgain extends Pick<StoreUses, 'endedForMs'> {
  /** `Cluster.uses()` of each. */
  readonly sources: readonly Source[];
  readonly rules: ReferenceRules;
  /** How old their answer may be, in milliseconds. */
  readonly maxAgeMs: number;
}

export interface StoreUsesGuard {
  /** Holds back manifests that somebody uses by now. A cluster that can't be asked in full holds back all of them. */
  readonly guard: Guard;
  /** Asks the clusters unless there is a fresh answer. @throws what a cluster refuses for: settings that are wrong */
  readonly ask: (signal: AbortSignal) => Promise<UsesNow>;
}

/** Indexes in indexes. */
const DEEPEST = 3;

/** Has the clusters asked again before manifests go from a storage: it has no host, so a digest is a use, whatever the name before it. */
export function storeUsesAgree(
  { sources, rules, endedForMs, maxAgeMs }: StoreUsesAgain,
  store: Pick<StoreReader, 'name' | 'read'>,
  nowMs: () => number,
): StoreUsesGuard {
  const read = async (signal: AbortSignal): Promise<UsesNow> =>
    usesNow((await survey(sources, nowMs, signal)).evidence, {
      ...{ ownHost: store.name, rules, sinceMs: nowMs() - endedForMs },
    });
  const ask = askedLately({ read, nowMs, maxAgeMs });
  const guard: Guard = async ({ target }, signal) => {
    const now = await ask(signal);
    const [gap] = now.gaps;
    if (gap !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };
    const badly = now.userByBadName(target.scope, target.key);
    if (badly !== undefined) return { result: 'skipped', guard: 'in-use-again', why: badly };
    for await (const digest of namesOf(store, target.key, signal)) {
      const why = now.userOfDigest(digest);
      if (why !== undefined) return { result: 'skipped', guard: 'in-use-again', why };
    }
    return undefined;
  };
  return { guard: failClosed(guard), ask };
}

/** By what an image may be used: its own digest, that of its config, and those of the images that it lists. */
async function* namesOf(
  store: Pick<StoreReader, 'read'>,
  digest: string,
  signal: AbortSignal,
  depth = 0,
): AsyncGenerator<string> {
  yield digest;
  if (depth >= DEEPEST || !isDigest(digest)) return;
  const bytes = await readManifest(store, digest, signal);
  if (bytes === undefined || bytes === 'large') return;
  for (const { as, to } of parseManifest(bytes, '').references) {
    if (as === 'config') yield to.digest;
    if (as === 'child') yield* namesOf(store, to.digest, signal, depth + 1);
  }
}
