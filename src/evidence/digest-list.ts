import type { Digest } from '../oci/digest.ts';

/** Distinct sha256 digests, numbered from 0. Nothing is added any more. */
export interface DigestList {
  readonly size: number;
  /** The number of a `sha256:…` digest, or -1 for one that is not in the list, and for any other text. */
  indexOf(text: string): number;
  at(index: number): Digest;
}
