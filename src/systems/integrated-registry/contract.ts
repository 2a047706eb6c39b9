import type { Digest } from '../../oci/digest.ts';

/** A manifest as it is stored, byte for byte. */
export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * The registry inside of OpenShift. Its image API says what there is; of the registry itself only links and data are asked for. Besides the
 * verbs of any registry it has one of its own: the data of a blob goes for good, whoever links to it.
 *
 * Every verb throws a coded error (`INTEGRATED_REGISTRY_…`), or the signal's reason.
 */
export interface IntegratedRegistry {
  /** `https://host[:port]`, without credentials. */
  readonly url: string;
  /** A verified certificate, one that is not verified, or plain HTTP. */
  readonly security: 'verified' | 'unverified' | 'plain';
  /**
   * Asks for the deletion of what can not be there, so that a refusal shows before anything is done.
   * @throws INTEGRATED_REGISTRY_UNSUPPORTED, INTEGRATED_REGISTRY_UNAUTHORIZED
   */
  assertCanDelete(repository: string, signal: AbortSignal): Promise<void>;
  /** The repository no longer has the manifest; the data stays. */
  deleteManifestLink(repository: string, digest: Digest, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** The repository no longer has the blob; the data stays. */
  deleteLayerLink(repository: string, digest: Digest, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** The data goes for good. */
  deleteBlob(digest: Digest, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** @returns undefined: the repository has none of that digest. */
  manifest(repository: string, digest: Digest, signal: AbortSignal): Promise<StoredManifest | undefined>;
  /** @throws INTEGRATED_REGISTRY_FAILED, also where the registry stores it under another digest */
  putManifest(repository: string, digest: Digest, manifest: StoredManifest, signal: AbortSignal): Promise<void>;
  /** Of a blob that the repository has, in bytes; undefined: it has none. */
  blobSize(repository: string, digest: Digest, signal: AbortSignal): Promise<number | undefined>;
  /** The bytes of a blob of at most `maxBytes`; undefined: the repository has none, or it is larger. */
  smallBlob(repository: string, digest: Digest, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Uploads a small blob in one piece. */
  putBlob(repository: string, digest: Digest, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Gives a repository what another one has. `absent`: that one has none. */
  mountBlob(repository: string, digest: Digest, from: string, signal: AbortSignal): Promise<'mounted' | 'absent'>;
  close(): Promise<void>;
}
