import { type Digest, digestsIn } from '../../oci/digest.ts';
import { looksLikeManifest } from '../../oci/looks-like-manifest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { readManifest } from './read-manifest.ts';

/** What is asked of a store for its manifests. */
export type ManifestReader = Pick<StoreReader, 'read' | 'revisionsSince'>;

/** A digest that a manifest of a repository names, or that is the manifest itself. */
export interface NewReference {
  readonly repository: string;
  readonly digest: Digest;
  /** It is named, and may be read through a layer link. */
  readonly isPart: boolean;
}

/**
 * All that is named by manifests written at `sinceMs` or later, by what they name, and so on. A mark that began then has not seen them for
 * sure. It finds too much rather than too little: every digest that stands in their bytes counts.
 *
 * Data that is hidden is not there to be read: such a manifest is told itself, and what it names is found once it is back.
 *
 * @throws STORE_WALK_FAILED
 */
export async function* newReferences(
  store: ManifestReader,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<NewReference> {
  for await (const { repository, digest } of store.revisionsSince(sinceMs, signal)) {
    const seen = new Set<Digest>();
    const open: Digest[] = [digest];
    for (let manifest = open.pop(); manifest !== undefined; manifest = open.pop()) {
      if (seen.has(manifest)) continue;
      seen.add(manifest);
      const named = await namedBy(store, manifest, signal);
      // Build caches list layers in an index, as if they were manifests.
      yield { repository, digest: manifest, isPart: manifest !== digest && named.isBlob };
      for (const part of named.parts) yield { repository, digest: part, isPart: true };
      open.push(...named.manifests);
    }
  }
}

/** A store without some revisions. @param going - `repository@digest` */
export function leavingOut(store: ManifestReader, going: ReadonlySet<string>): ManifestReader {
  if (going.size === 0) return store;
  return {
    read: (...asked) => store.read(...asked),
    async *revisionsSince(sinceMs, signal) {
      for await (const one of store.revisionsSince(sinceMs, signal))
        if (!going.has(`${one.repository}@${one.digest}`)) yield one;
    },
  };
}

interface Named {
  readonly parts: ReadonlySet<Digest>;
  readonly manifests: ReadonlySet<Digest>;
  /** It has data, and that is no manifest. */
  readonly isBlob: boolean;
}

/** What the data of a manifest names. Nothing where it has none, or is no manifest. */
async function namedBy(store: ManifestReader, manifest: Digest, signal: AbortSignal): Promise<Named> {
  const parts = new Set<Digest>();
  const manifests = new Set<Digest>();
  const bytes = await readManifest(store, manifest, signal);
  if (bytes === undefined || bytes === 'large') return { parts, manifests, isBlob: bytes === 'large' };
  for (const { as, to } of parseManifest(bytes, '').references)
    if (as === 'child' || as === 'subject') manifests.add(to.digest);
    else parts.add(to.digest);
  for (const digest of digestsIn(new TextDecoder().decode(bytes))) if (!manifests.has(digest)) parts.add(digest);
  return { parts, manifests, isBlob: !looksLikeManifest(bytes) };
}
