import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';

/** What a registry can do. Each is probed without a side effect, or declared in settings. */
export interface Capabilities {
  /** Product and version as far as they can be told: `distribution`, `trow`, `zot`, `unknown`. */
  readonly product: string;
  /** The catalog can be listed. */
  readonly catalog: boolean;
  /** Lists are cut into pages with a `Link` header (otherwise they come whole). */
  readonly linkPagination: boolean;
  /** Content can be written and deleted at all (false: read-only mode). */
  readonly writable: boolean;
  /** `DELETE …/manifests/<digest>` is enabled. */
  readonly deleteByDigest: boolean;
  /** `DELETE …/manifests/<tag>` removes the tag alone. */
  readonly deleteByTag: boolean;
  /** `GET …/referrers/<digest>` answers. */
  readonly referrersApi: boolean;
}

/** The server's clock against ours, in milliseconds; positive when the server is ahead. Undefined without a `Date` header. */
export type ClockSkewMs = number | undefined;

export interface ResolvedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** A manifest as received. `digest` was computed over `bytes`; it is what the server named, or the call failed. */
export interface FetchedManifest extends ResolvedManifest {
  readonly bytes: Uint8Array;
}

/** How the connection is secured, and who we are on it. Never a secret. */
export interface ConnectionDescription {
  /** A verified certificate, one that is not verified, or plain HTTP. */
  readonly security: 'verified' | 'unverified' | 'plain';
  /** `nobody`, or `robot, by the settings`. */
  readonly identity: string;
}

/** The reading half: all that a survey is ever given. A dry run cannot delete because it has no verb for it. */
export interface RegistryReader {
  /** `host[:port]`, as it stands at the front of image references. Scopes of its resources begin with it. */
  readonly host: string;
  /** Base URL, without credentials. */
  readonly url: string;
  /** Probed once, then remembered. `repository` is any existing repository, for probes that need one. */
  capabilities(signal: AbortSignal): Promise<Capabilities>;
  /**
   * Asks again, whatever was found out before: whether it refuses every write just now, and says so. A server that does not say is not
   * in read-only mode.
   */
  isReadOnly(signal: AbortSignal): Promise<boolean>;
  clockSkewMs(signal: AbortSignal): Promise<ClockSkewMs>;
  connection(): Promise<ConnectionDescription>;
  /** All repositories, in the server's order. @throws REGISTRY_NO_CATALOG where there is no catalog and settings name none. */
  repositories(signal: AbortSignal): AsyncIterable<string>;
  /** All tags of a repository. Empty where the repository is unknown to the server. */
  tags(repository: string, signal: AbortSignal): AsyncIterable<string>;
  /** What a tag or digest stands for now (HEAD). `undefined`: confirmed absent (404). */
  resolve(repository: string, reference: string, signal: AbortSignal): Promise<ResolvedManifest | undefined>;
  /** The manifest, verified. `undefined`: confirmed absent. @throws REGISTRY_DIGEST_MISMATCH, REGISTRY_TOO_LARGE … */
  manifest(repository: string, reference: string, signal: AbortSignal): Promise<FetchedManifest | undefined>;
  /** Size of a blob (HEAD). `undefined`: confirmed absent. */
  blobSize(repository: string, digest: Digest, signal: AbortSignal): Promise<number | undefined>;
  /** A small blob (an image config), verified, at most `maxBytes`. */
  blob(repository: string, digest: Digest, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Manifests whose `subject` is `digest`, by the Referrers API; empty where the server has none. Fallback tags are read as tags. */
  referrers(repository: string, digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]>;
  /** When each digest that a tag had was pushed, where the server tells (Trow's manifest history); else empty. */
  pushTimes(repository: string, tag: string, signal: AbortSignal): Promise<ReadonlyMap<Digest, number>>;
  close(): Promise<void>;
}

/** The writing half: given to `apply` and `undo` alone. */
export interface Registry extends RegistryReader {
  /** Removes one tag, and only it. @throws REGISTRY_UNSUPPORTED where the server deletes by digest only. */
  deleteTag(repository: string, tag: string, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** Removes a manifest by digest. On most servers this takes all its tags along. */
  deleteManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /**
   * Takes a blob away from one repository; its data stays. Nobody checks whether a manifest needs it.
   * @throws REGISTRY_UNSUPPORTED, REGISTRY_READ_ONLY
   */
  deleteBlob(repository: string, digest: Digest, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** Pushes a manifest under a tag or a digest, byte for byte. @returns the digest that the server stored it under. */
  putManifest(
    repository: string,
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<Digest>;
  /** Pushes a small blob in one request. */
  putBlob(repository: string, bytes: Uint8Array, signal: AbortSignal): Promise<Digest>;
}
