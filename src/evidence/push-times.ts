import type { Digest } from '../oci/digest.ts';

/** When something was pushed last, and by whom. */
export interface Push {
  /** UTC milliseconds, by the registry's clock. */
  readonly atMs: number;
  /** The program, and the user where one is known: `docker/24.0.7 (carol)`. Empty where nothing is told. */
  readonly through: string;
}

/** When images of one registry were pushed last, as far as somebody wrote it down. Repositories without a host. */
export interface PushTimes {
  ofManifest(repository: string, digest: Digest): Push | undefined;
  /** By this name, whatever it pointed at then. */
  ofTag(repository: string, tag: string): Push | undefined;
}
