import type { StorageOwner } from '../../oci/storage-owners.ts';
import type { Capabilities } from './contract.ts';
import type { WayIn } from './http-client/way-in.ts';

/** What a server's first answers look like: by these its product is told. */
export interface Signs {
  /** Headers of `GET /v2/`, lower-case names. */
  readonly api: Readonly<Record<string, string>>;
  /** What it asks for before it lets anybody in. */
  readonly wayIn: WayIn;
  /** The answer to `OPTIONS /v2/<repository>/manifests/latest`. */
  readonly options: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  /** Text of the page at `/`; '' where it was not asked for, or is none. */
  readonly home: string;
  /** Whether the Referrers API answers. */
  readonly referrersApi: boolean;
}

/** In what a product departs from the others, beyond what {@link Capabilities} tell. */
export interface Quirks {
  /** `n` of list requests. `undefined`: ask for the whole list, because its pages cannot be relied on. */
  readonly pageSize: number | undefined;
  /** `DELETE …/manifests/<tag>` surely leaves the manifest and its other tags alone. */
  readonly untagsOneTagOnly: boolean;
  /** `GET /<repository>/manifest_history/<tag>` tells when each digest was pushed. */
  readonly manifestHistory: boolean;
  /** A repository's tag list, and deletion by digest in it, take in the repositories nested below it. */
  readonly mixesNestedRepositories: boolean;
}

/** A registry product, as data. */
export interface RegistryProfile {
  /** Name in settings and in {@link Capabilities.product}; the folder's name. */
  readonly id: string;
  /** One line for `winnow doctor` and the docs. */
  readonly summary: string;
  /** What is known of every server of this kind, and so is not probed. */
  readonly known: Partial<Capabilities>;
  readonly quirks: Quirks;
  /** Its storage is its own to clear. Absent: a collector from outside may. */
  readonly ownsStorage?: StorageOwner;
  recognises(signs: Signs): boolean;
}

/** What the specification lets a client expect, and no more. */
export const cautiousQuirks: Quirks = {
  pageSize: 1000,
  untagsOneTagOnly: false,
  manifestHistory: false,
  mixesNestedRepositories: false,
};
