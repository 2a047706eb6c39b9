/**
 * A registry's storage for tests, in names and letters. A name of {@link StoreWorld.manifests} is a manifest; any other name is a blob.
 *
 * ```ts
 * const store = buildStore(makeTempFolder('store'), {
 *   manifests: { A: image(['x', 'y']), B: image(['x', 'z']), I: index(['A', 'B']), S: image(['s'], { subject: 'A' }) },
 *   repositories: {
 *     app: { tags: { v1: 'A', latest: ['A', 'I'], 'sig(A)': 'S' }, untagged: ['S'] },
 *     'app/nested': { tags: { v1: 'B' }, layers: ['x'] },
 *   },
 *   orphans: ['o'],
 * });
 * store.digest('x'); store.revisionLink('app', 'A');
 * ```
 */
export interface StoreWorld {
  readonly manifests?: Readonly<Record<string, ManifestSpec>>;
  /** Bytes of blobs, or how many. Absent ones are some bytes of their name; `<manifest>.config` is an image's config. */
  readonly blobs?: Readonly<Record<string, string | Uint8Array | number>>;
  readonly repositories?: Readonly<Record<string, RepositorySpec>>;
  /** Blobs or manifests that have data and stand in no repository. */
  readonly orphans?: readonly string[];
  /** Blobs or manifests whose data is not there, whoever names them. */
  readonly missing?: readonly string[];
  /** When all of it was written, UTC milliseconds. Default {@link WRITTEN_AT_MS}. */
  readonly atMs?: number;
  /** When the data of blobs or manifests was written instead. Links keep {@link atMs}: see `BuiltStore.setTime`. */
  readonly dataAtMs?: Readonly<Record<string, number>>;
}

/** 1 January 2026: long ago by any clock that a test takes. */
export const WRITTEN_AT_MS = Date.UTC(2026, 0, 1);

/** What was pushed to a repository. Whoever pushes an index pushes its children, and their blobs, first. */
export interface RepositorySpec {
  /** Tag → manifest, or all that it stood for, the last being what it stands for. `sig(A)`, `att(A)`, `sbom(A)`, `fallback(A)`: a referrer tag. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  readonly untagged?: readonly string[];
  /** Manifests that were deleted over the API: the revision's folder is left, empty. Tags are not touched. */
  readonly deleted?: readonly string[];
  /** Children that were never pushed here, nor what they name (a sparse index). */
  readonly absent?: readonly string[];
  /** Further blobs that it has a link to. */
  readonly layers?: readonly string[];
  readonly uploads?: Readonly<Record<string, UploadSpec>>;
}

export interface UploadSpec {
  /** What `startedat` says. Absent: there is no such file. */
  readonly startedAtMs?: number;
  readonly sizeBytes?: number;
}

export interface ManifestSpec {
  /** Manifests that it names as its own: pushed before it. */
  readonly children: readonly string[];
  /** Blobs that it names: pushed before it. */
  readonly blobs: readonly string[];
  /** Whether it has a config blob of its own, `<manifest>.config`, among the blobs. */
  readonly config: boolean;
  /** Its bytes. */
  render(look: Look): string | Uint8Array;
}

/** How a manifest sees what it names. */
export interface Look {
  readonly name: string;
  /** A descriptor with `mediaType`, `digest` and `size`. `x@sha512` names the blob x by its sha512. */
  descriptor(name: string, mediaType?: string): Record<string, unknown>;
  digest(name: string): string;
}
