import type { Digest } from '../oci/digest.ts';

/** When images of one registry were last pulled, as far as somebody wrote it down. Repositories without a host; UTC milliseconds. */
export interface PullTimes {
  /** By whatever name. */
  ofManifest(repository: string, digest: Digest): number | undefined;
  /** By this name, wherever it pointed then. */
  ofTag(repository: string, tag: string): number | undefined;
  /**
   * Since when every pull is known: no answer above is older. Undefined: never, so that no known pull says nothing.
   */
  readonly knownSinceMs: number | undefined;
}
