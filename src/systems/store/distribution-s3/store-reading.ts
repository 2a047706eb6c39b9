import type { DigestTable } from '../../../evidence/digest-table.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Names } from './names-in.ts';
import type { BucketPlace } from './place.ts';
import type { RepositoryListing } from './repositories.ts';

/** What was read of a store, before any of it is stated but the blobs. */
export interface StoreReading {
  readonly place: BucketPlace;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly blobs: DigestTable;
  readonly repositories: ReadonlyMap<string, RepositoryListing>;
  /** Links that name something else than they are named for: `undefined` for those that say nothing. */
  readonly odd: ReadonlyMap<string, readonly OddLink[]>;
  /** What each tag stands for, by repository and tag. `undefined`: its link says nothing. */
  readonly targets: ReadonlyMap<string, ReadonlyMap<string, Digest | undefined>>;
  /** What each manifest names that may be told within its repository; or in words why that is not known. */
  readonly contents: ReadonlyMap<Digest, Names | string>;
  readonly pushTimes: boolean;
}

/** A link whose content had to be read: an alias by another algorithm, an empty one, or one that names something else. */
export interface OddLink {
  readonly of: 'layer' | 'revision';
  readonly digest: Digest;
  readonly names: Digest | undefined;
}
