import type { Shard } from '../../../evidence/sharded-digests.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';

/*
 * What the main thread asks the readers to do, and what they answer. All of it is data that can be sent between threads; digests
 * of the store go as their numbers wherever there are many.
 */

export interface Tasks {
  /** The folders of blobs that are there: first bytes of their digests. */
  readonly listFirstBytes: readonly [ask: object, answer: readonly string[]];
  readonly listBlobs: readonly [ask: { readonly firstBytes: readonly string[] }, answer: readonly Shard[]];
  /** All repositories, in no order. */
  readonly findRepositories: readonly [ask: object, answer: readonly string[]];
  readonly surveyRepositories: readonly [ask: RepositoriesAsked, answer: RepositoriesFound];
  readonly surveyPart: readonly [ask: PartAsked, answer: RepositoriesFound];
  /** Blobs that a repository has layer links to. */
  readonly listLayers: readonly [ask: { readonly repository: string }, answer: Int32Array];
  /** Blobs that are signatures of a schema 1 manifest, linked beside the revision. */
  readonly listSignatures: readonly [
    ask: { readonly repository: string; readonly manifest: Digest },
    answer: readonly Digest[],
  ];
  readonly lookAtBlobs: readonly [ask: { readonly from: number; readonly to: number }, answer: Float64Array];
  readonly lookAtLinks: readonly [ask: { readonly repositories: readonly string[] }, answer: readonly LinksFound[]];
  /** When layer links were written; those that are gone by now are left out. */
  readonly lookAtLayerLinks: readonly [ask: { readonly links: readonly LayerLinks[] }, answer: readonly LinksFound[]];
  readonly findLeftovers: readonly [ask: LeftoversAsked, answer: readonly Leftover[]];
  readonly findBlobLeftovers: readonly [ask: { readonly firstByte: string }, answer: readonly Leftover[]];
  readonly findRevisionsSince: readonly [
    ask: { readonly repositories: readonly string[]; readonly sinceMs: number },
    answer: readonly { readonly repository: string; readonly digest: Digest }[],
  ];
}

export type TaskName = keyof Tasks;
export type Ask<Name extends TaskName> = Tasks[Name][0];
export type Answer<Name extends TaskName> = Tasks[Name][1];

/** What readers must know for a task; sent to each once. */
export interface Knowledge {
  /** The blobs that tasks speak of by number. */
  readonly shards: readonly Shard[];
  /** A 32 bit word for each blob: whether a reader has taken it on to read it as a manifest. */
  readonly claims: SharedArrayBuffer;
  /** A 32 bit word for each blob: not zero for a manifest whose references are known from an earlier survey. */
  readonly known?: SharedArrayBuffer;
  /** Blobs of {@link shards} that may be without data. */
  readonly doubted?: readonly Shard[];
}

export interface RepositoriesAsked {
  readonly repositories: readonly string[];
  /** Also what only lies about, as far as a quick look tells, and which blobs they have layer links to. */
  readonly leftovers: boolean;
}

/** A part of a repository that is too large for one reader. */
export interface PartAsked {
  readonly repository: string;
  readonly revisions: readonly string[];
  readonly tags: readonly string[];
}

export interface RepositoriesFound {
  readonly repositories: readonly RepositoryFound[];
  /** What the manifests name that were read for the first time: see `ManifestPages`. */
  readonly manifests: Int32Array;
  /** What they name that the store does not have under that digest. */
  readonly strays: readonly Stray[];
  /** Blobs that are no manifests, by number: whatever the repositories that have them could need, they keep. */
  readonly unreadable: readonly (readonly [blob: number, because: string])[];
  /** Schema 1 manifests. */
  readonly schema1: readonly number[];
  /** Manifests that name more than the numbers of blobs can tell. */
  readonly incomplete: readonly number[];
  /** Parts that others could do. */
  readonly parts: readonly PartAsked[];
  /** What only lies about, where that was asked for. */
  readonly leftovers: readonly Leftover[];
}

export type Stray = readonly [from: number, as: ReferenceKind, to: Digest];

export interface RepositoryFound {
  readonly repository: string;
  /** Its sha256 manifests: numbers among the blobs, or -1 for one that was not there when blobs were listed. */
  readonly revisions: Int32Array;
  /** Those that were not, in turn. */
  readonly revisionsApart: readonly Digest[];
  /** When their links were written. */
  readonly linkedAtMs: Float64Array;
  /** Manifests whose link is empty or short. */
  readonly emptyLinks: readonly Digest[];
  /** Manifests under another algorithm, and what their links name. */
  readonly others: readonly (readonly [digest: Digest, stored: Digest])[];
  readonly tags: readonly string[];
  /** What they stand for, each tag's: a number among the blobs, or -1 and, in turn, the next of {@link targetsApart}. */
  readonly targets: Int32Array;
  readonly targetsApart: readonly Digest[];
  /** Tags with an empty or short link, and all that they ever stood for. */
  readonly brokenTags: readonly (readonly [tag: string, history: readonly Digest[]])[];
  /** Blobs that are linked under another algorithm: as they are named there, and as they are stored. */
  readonly aliases: readonly (readonly [named: string, stored: Digest])[];
  /** Manifests that are not among the blobs: they came meanwhile, or are not there. */
  readonly apart: readonly ApartManifest[];
  /** Blobs that it has layer links to, by their sha256, where that was asked for. */
  readonly layers?: Int32Array;
}

/** Layer links of a repository by sha256. */
export interface LayerLinks {
  readonly repository: string;
  readonly blobs: Int32Array;
}

export interface ApartManifest {
  readonly digest: Digest;
  /** What it names; or why that is not known. */
  readonly names: readonly (readonly [as: ReferenceKind, to: Digest])[] | string;
}

/** Layer links to the blobs that are looked for, and revision links to manifests among them. */
export interface LinksFound {
  readonly repository: string;
  readonly blobs: Int32Array;
  readonly linkedAtMs: Float64Array;
  /** How many of them, from the first, are layer links. */
  readonly layerLinks: number;
}

export interface LeftoversAsked {
  readonly repositories: readonly string[];
  /** Also what only a look at every single link tells. */
  readonly thorough: boolean;
}

export interface Leftover {
  readonly kind: 'upload' | 'temporary-file' | 'layer-link' | 'tag-history-link' | 'repository';
  /** Empty: of no repository. */
  readonly repository: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly newestAtMs: number;
}
