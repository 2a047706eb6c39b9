import type { Digest } from '../../../oci/digest.ts';

/** A registry's storage in a folder, as far as Winnow's own things in it must know it. */
export interface OnDiskPlace {
  /** Absolute path of the folder that the registry calls its root: `.winnow` lies in it. */
  readonly root: string;
  /** Kind and place, as {@link StoreReader.name}. */
  readonly name: string;
  /** Where the data of a blob lies. @param digest - a sha256 digest: nothing else is stored */
  dataPath(digest: Digest): string;
}
