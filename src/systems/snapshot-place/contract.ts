import type { Digest } from '../../oci/digest.ts';

/** What is told of a snapshot where it lies, for people who look there. */
export interface SnapshotLabel {
  /** The cluster's name. */
  readonly cluster: string;
  /** UTC milliseconds. */
  readonly takenAtMs: number;
}

/** Where a cluster's snapshot lies, or will: its bytes are JSON Lines, however they are packed there. */
export interface SnapshotPlace {
  /** For messages; without credentials. */
  readonly shown: string;
  /**
   * The bytes that {@link write} was given, as they come. `undefined`: confirmed that nothing lies there.
   *
   * @throws SNAPSHOT_UNREADABLE when it can't be read, also while the bytes are coming; SNAPSHOT_OTHER_CONTENT when something else lies
   *   there; the signal's reason.
   */
  read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Puts a snapshot there, in place of what is there: whoever reads meanwhile gets the old one or the new one, whole. When it resolves, it
   * is safe there.
   *
   * @throws SNAPSHOT_UNWRITABLE, and what was there is there still; the signal's reason.
   */
  write(parts: Iterable<string>, label: SnapshotLabel, signal: AbortSignal): Promise<WrittenSnapshot>;
  /** Ends connections. Twice is fine. */
  close(): Promise<void>;
}

export interface WrittenSnapshot {
  /** As it lies there, packed. */
  readonly sizeBytes: number;
  /** Of its manifest, in a registry. */
  readonly digest?: Digest;
}

/** The verbs of a registry that a place in it needs. `Registry` of the kind `registry` has them all. */
export interface SnapshotRegistry {
  manifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array } | undefined>;
  blob(repository: string, digest: Digest, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  putManifest(
    repository: string,
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<Digest>;
  putBlob(repository: string, bytes: Uint8Array, signal: AbortSignal): Promise<Digest>;
  close(): Promise<void>;
}
