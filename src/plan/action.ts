import type { Resource } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';
import type { ReasonCode } from '../policy/reason.ts';

/**
 * What can be done to the world. Each is carried out by the system that owns the target's kind.
 *
 * In a registry's storage a blob goes in three steps, over several runs: its layer links go (`unlink-blob`), its data is moved into
 * the quarantine (`hide-blob`), and leaves it for good (`purge-blob`). `restore-blob` is the way back.
 *
 * The next five are OpenShift's: an item of a tag's history in an image stream, the links of its repository to a manifest or a
 * blob, the blob's data in the integrated registry, and the Image object. The last are of a node's container runtime.
 */
export const actionKinds = [
  'delete-tag',
  'delete-manifest',
  'unlink-blob',
  'hide-blob',
  'restore-blob',
  'purge-blob',
  'delete-upload',
  'delete-link',
  'delete-temporary',
  'delete-repository',
  'delete-stream-item',
  'delete-manifest-link',
  'delete-layer-link',
  'delete-blob',
  'delete-image',
  'remove-container',
  'remove-sandbox',
  'remove-image',
  'release-content',
] as const;

export type ActionKind = (typeof actionKinds)[number];

/**
 * How a tag goes. `tag`: by its name, it alone. `digest`: with its manifest, in the one request that deletes all
 * actions of its unit. `overwrite`: a unique tiny manifest is pushed over it, and that is deleted by digest.
 */
export type UntagBy = 'tag' | 'digest' | 'overwrite';

/** What must still hold just before an action is done; otherwise it is skipped. */
export interface Precondition {
  /** The tag still points at this digest. */
  readonly digest?: Digest;
  /** The tag is listed and points at nothing: its manifest is gone. */
  readonly dangling?: boolean;
  /** No tag but those that the plan removes points at the manifest. */
  readonly untagged?: boolean;
  /** Nothing about it is newer than this: data, links, parts. UTC milliseconds, by the store's own clock. */
  readonly notNewerThanMs?: number;
  /** By the store's own clock it is so old by now: {@link notNewerThanMs} lies so long ago. Milliseconds. */
  readonly minAgeMs?: number;
  /** The data has this size. */
  readonly sizeBytes?: number;
  /** The item of a tag's history came to be then, to the second: with tag and digest it tells items apart. UTC milliseconds. */
  readonly createdAtMs?: number;
  /** The container or sandbox is in this state still: `exited`, `not-ready`. */
  readonly state?: string;
  /** A registry is seen to have the image still, by one of its names. */
  readonly repullable?: true;
  /** The object of an API is in this version. */
  readonly resourceVersion?: string;
}

export interface Action {
  /** Position in the plan, from 1. */
  readonly n: number;
  readonly do: ActionKind;
  readonly target: Resource;
  readonly by?: UntagBy;
  /** Actions with the same unit are one request: they follow each other in the plan, and stay or go together. */
  readonly unit?: number;
  /** Positions of the actions that must have been done before: what keeps a thing goes before it. */
  readonly after: readonly number[];
  readonly expects: Precondition;
  readonly reason: ReasonCode;
  readonly because: string;
  /** Bytes in blobs that nothing needs once this action and all before it are done; they are reclaimed when blobs are collected. */
  readonly freesBytes: number;
  /** Of a blob: the repositories that have a link to it, where they were asked for. */
  readonly repositories?: readonly string[];
  /** Of an item of a tag's history: with it the last of them goes, and the tag vanishes. */
  readonly emptiesTag?: true;
  /** Of an Image object: positions of the deletions of its data. It stays when there are any and all of them fail: the next run tries again. */
  readonly unlessAllFailed?: readonly number[];
  /** Of an image on a node: its names, as people know it. */
  readonly names?: readonly string[];
  /** In the plan of a fleet: the node. */
  readonly node?: string;
}
