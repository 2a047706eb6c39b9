/** An object as a listing shows it. Keys have no prefix of the store in front; times are UTC milliseconds, to the second. */
export interface Listed {
  readonly key: string;
  readonly sizeBytes: number;
  readonly atMs: number;
  /** Without quotes; MD5 of the content where it has 32 hexadecimal digits and the server does not encrypt. */
  readonly etag: string;
}

/** An object looked at by itself. */
export interface Seen {
  readonly sizeBytes: number;
  readonly atMs: number;
  readonly etag: string;
  /** In a bucket with versions. */
  readonly versionId: string | undefined;
}

export interface ListRequest {
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  /** Keys that go on after a slash are told as {@link ListPage.folders} instead. */
  readonly byFolder?: boolean;
  readonly token?: string;
  readonly maxKeys?: number;
}

export interface ListPage {
  readonly objects: readonly Listed[];
  readonly folders: readonly string[];
  /** Where to go on. Absent: that was all. */
  readonly next: string | undefined;
}

/** A version of an object, or a marker that hides those before it. Newest first, as listed. */
export interface Version {
  readonly versionId: string;
  readonly isMarker: boolean;
  readonly isLatest: boolean;
  readonly sizeBytes: number;
  readonly atMs: number;
}

/** A multipart upload that was begun and never ended. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAtMs: number;
}

export interface Named {
  readonly key: string;
  readonly versionId?: string;
}

/** Reading. All throw STORE_WALK_FAILED saying what was asked for; what is not there is `undefined`. */
export interface BucketReader {
  /** `s3://bucket/prefix/`: in front of keys in messages. */
  readonly place: string;
  list(request: ListRequest, signal: AbortSignal): Promise<ListPage>;
  look(key: string, signal: AbortSignal): Promise<Seen | undefined>;
  /** @throws STORE_TOO_LARGE above `maxBytes` */
  read(key: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  stream(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Of this key alone. */
  versions(key: string, signal: AbortSignal): Promise<readonly Version[]>;
  /** None where the server knows no such listing. */
  openUploads(prefix: string, signal: AbortSignal): AsyncGenerator<OpenUpload>;
  /** What was uploaded of it so far, and when last. `undefined`: it is gone. */
  uploadedParts(
    upload: OpenUpload,
    signal: AbortSignal,
  ): Promise<{ readonly sizeBytes: number; readonly newestAtMs: number } | undefined>;
  /** False as well where the server has no versions, or does not say. */
  hasVersions(signal: AbortSignal): Promise<boolean>;
}

/** Writing. All throw STORE_NOT_WRITABLE saying what was to be done. */
export interface BucketWriter {
  /** @returns the version that it became, in a bucket with versions */
  write(key: string, content: string | Uint8Array): Promise<string | undefined>;
  /** What is not there is no failure. */
  remove(target: Named): Promise<void>;
  /** Any number, a thousand a request. @throws STORE_NOT_WRITABLE when any is refused, after all were tried */
  removeMany(targets: readonly Named[]): Promise<void>;
  /** On the server. @param sizeBytes - above 5 GiB it is copied in parts */
  copy(from: Named, to: string, sizeBytes: number): Promise<void>;
  abortUpload(upload: OpenUpload): Promise<void>;
}

export type Bucket = BucketReader & BucketWriter;
