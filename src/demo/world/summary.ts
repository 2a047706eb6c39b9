import type { Digest } from '../../oci/digest.ts';
import { type Fates, judge } from './fates.ts';
import type { World, WorldClass } from './world.ts';
import type { WrittenStore } from './write-store.ts';

/** What was made, and what must become of it. */
export interface WorldSummary extends Fates {
  readonly repositories: readonly {
    readonly name: string;
    readonly class: WorldClass;
    readonly tags: number;
    readonly manifests: number;
  }[];
  readonly records: number;
  readonly store: WrittenStore;
  /** What a collector of the store can free at once, before any tag has gone. */
  readonly leftovers: {
    /** Blobs without a link in any repository. */
    readonly looseBlobs: readonly Digest[];
    /** Blobs with a layer link that no manifest of the repository names. */
    readonly strayBlobs: readonly { readonly repository: string; readonly digest: Digest }[];
    readonly uploads: readonly { readonly repository: string; readonly uuid: string; readonly startedAt: Date }[];
    /** Manifests that no tag, index or subject leads to. */
    readonly untagged: readonly { readonly repository: string; readonly digest: Digest }[];
  };
}

export function summarise(world: World, store: WrittenStore): WorldSummary {
  const { repositories } = world;
  return {
    ...judge(world),
    repositories: repositories.map(({ name, class: as, tags, manifests }) => {
      return { name, class: as, tags: tags.length, manifests: manifests.length };
    }),
    records: world.records.length,
    store,
    leftovers: {
      looseBlobs: world.looseBlobs.map(({ digest }) => digest),
      strayBlobs: repositories.flatMap(({ name, strayBlobs }) =>
        strayBlobs.map(({ digest }) => ({ repository: name, digest })),
      ),
      uploads: repositories.flatMap(({ name, uploads }) =>
        uploads.map(({ uuid, startedAt }) => ({ repository: name, uuid, startedAt })),
      ),
      untagged: repositories.flatMap(({ name, tags, manifests }) => {
        const named = new Set([...tags.map(({ digest }) => digest), ...manifests.flatMap(({ children }) => children)]);
        const lost = manifests.filter(({ digest, subject }) => subject === undefined && !named.has(digest));
        return lost.map(({ digest }) => ({ repository: name, digest }));
      }),
    },
  };
}
