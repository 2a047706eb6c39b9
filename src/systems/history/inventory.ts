/**
 * What a plan was made from, as pages show it: all repositories, tags and images of one registry, with their sizes, what becomes of
 * them and what keeps them. The newest of each target is kept. Bytes are those of layers and configs, each counted once:
 * `exclusive` is what nothing else holds, `shared` what others of the same level hold too.
 */
export interface InventoryHeader {
  readonly inventory: 'inventory/v1';
  /** Host of the registry. */
  readonly target: string;
  readonly flow: string;
  readonly planId: string;
  readonly madeAtMs: number;
  readonly repositories: number;
  readonly tags: number;
  readonly images: number;
  /** All blobs, each once. */
  readonly bytes: number;
  /** Held by more than one repository. */
  readonly sharedBytes: number;
  /** Held by one repository, and there by no tag. */
  readonly untaggedBytes: number;
  /** What the plan's actions free together. */
  readonly reclaimableBytes: number;
  readonly gaps: number;
}

export interface InventoryRepository {
  readonly name: string;
  readonly tags: number;
  readonly images: number;
  /** Held by this repository alone; `sharedInside` of them by several of its tags, `untagged` by none. */
  readonly exclusiveBytes: number;
  readonly sharedInsideBytes: number;
  readonly untaggedBytes: number;
  /** Held by other repositories too. */
  readonly sharedOutsideBytes: number;
  readonly goingTags: number;
  readonly goingBytes: number;
  readonly newestAtMs?: number;
  readonly oldestAtMs?: number;
  /** Its tags by the age of their images when the inventory was made, in the ranges of `report/inventory-ages.ts`. */
  readonly ages: readonly AgeCount[];
}

/** How many tags are of one range of ages, and the bytes that each of them holds alone, by what becomes of them. */
export type AgeCount = Readonly<Record<Verdict, { readonly tags: number; readonly bytes: number }>>;

export type Verdict = 'goes' | 'stays' | 'used';

export interface InventoryTag {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
  /** Held by this tag alone. */
  readonly exclusiveBytes: number;
  /** All that the tag reaches. */
  readonly bytes: number;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
  readonly verdict: Verdict;
  readonly reasonCode: string;
  readonly reason: string;
}

/** An index or a manifest in one repository. */
export interface InventoryImage {
  readonly repository: string;
  readonly digest: string;
  readonly mediaType?: string;
  readonly bytes: number;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
  readonly verdict: Verdict;
  readonly reasonCode: string;
  readonly reason: string;
  /** In its own order; `images` of the registry have each. */
  readonly layers: readonly { readonly digest: string; readonly bytes: number; readonly images: number }[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** One step of the way back: `to` stays because `from` does. Keys are as a person would write a thing: `host/repo:tag`, `host/repo@sha256:…`. */
export interface InventoryLink {
  readonly from: string;
  readonly to: string;
  /**
   * The kind of edge: `record`, `tag`, `child`, `subject`, `uses`, `names` and so on. Or `holds` (`retires`): then `from` is, in words,
   * who says that `to` is in use (is done with).
   */
  readonly as: string;
}

export type InventoryLine =
  | { readonly repository: InventoryRepository }
  | { readonly tag: InventoryTag }
  | { readonly image: InventoryImage }
  | { readonly link: InventoryLink };

export interface TagQuery {
  readonly repository?: string;
  readonly verdict?: Verdict;
  /** Part of `repository:tag`, whatever its case. */
  readonly text?: string;
  readonly sort: 'exclusiveBytes' | 'createdAt' | 'name';
  readonly offset?: number;
  readonly limit: number;
}

/** One page of the tags that a query finds. */
export interface TagsFound {
  readonly rows: readonly InventoryTag[];
  /** On all pages. */
  readonly tags: number;
  /** Of all that were found. */
  readonly exclusiveBytes: number;
}

/** How full something is, at one moment. */
export interface DiskReading {
  readonly target: string;
  readonly kind: 'registry' | 'store' | 'node';
  readonly atMs: number;
  readonly usedBytes: number;
  /** Absent where nobody tells. */
  readonly capacityBytes?: number;
  readonly reclaimableBytes?: number;
  readonly highPercent?: number;
  readonly lowPercent?: number;
}
