import type { Digest } from '../../oci/digest.ts';

/** How a company treats a repository: what its reconcile policy would say. `unknown`: no class names it. */
export type WorldClass = 'transient' | 'retained' | 'protected' | 'unknown';

/** A made-up company's registry and its records, whole and in memory: the same for the same seed and `now`. */
export interface World {
  /** Layers and configs by the digest that manifests name (sha512 for a few). */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly repositories: readonly WorldRepository[];
  readonly records: readonly WorldRecord[];
  /** Blobs that lie in the store without a link in any repository. */
  readonly looseBlobs: readonly WorldBlob[];
}

export interface WorldRepository {
  readonly name: string;
  readonly class: WorldClass;
  /** Each after what it names. */
  readonly manifests: readonly WorldManifest[];
  readonly tags: readonly WorldTag[];
  /** Blobs that were pushed for an image that never came. */
  readonly strayBlobs: readonly WorldBlob[];
  readonly uploads: readonly WorldUpload[];
}

/** A blob that no manifest names. */
export interface WorldBlob {
  readonly digest: Digest;
  readonly pushedAt: Date;
}

export interface WorldManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Config and layers. */
  readonly blobs: readonly Digest[];
  readonly children: readonly Digest[];
  readonly subject?: Digest;
  readonly pushedAt: Date;
}

export interface WorldTag {
  readonly name: string;
  readonly digest: Digest;
  /** What it stood for before, oldest first. */
  readonly earlier: readonly Digest[];
  readonly pushedAt: Date;
}

/** An upload that was never finished. */
export interface WorldUpload {
  readonly uuid: string;
  readonly startedAt: Date;
  readonly bytes: Uint8Array;
}

/** A row of the record database. */
export interface WorldRecord {
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly status: string;
  readonly finishedAt: Date | undefined;
}

/** What the words in the `status` column mean. A few rows have one that is in neither list. */
export const recordStatuses = {
  active: ['pending', 'running', 'waiting'],
  inactive: ['success', 'error', 'cancelled'],
} as const;
