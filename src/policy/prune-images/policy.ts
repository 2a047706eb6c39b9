/** What of an OpenShift image API may go: the options of `oc adm prune images`, by its words, and a floor under them. Milliseconds. */
export interface PruneImagesPolicy {
  /** False: images only that were pushed to the integrated registry (`openshift.io/image.managed: "true"`). */
  readonly all: boolean;
  readonly keepYoungerThanMs: number;
  readonly keepTagRevisions: number;
  /** Instead of ages and revisions: what is larger than a limit of its project goes. */
  readonly pruneOverSizeLimit: boolean;
  /** False: API objects only; links and data stay in the registry. */
  readonly pruneRegistry: boolean;
  /** Links go, and the data behind them stays, for `hard-prune` to take. */
  readonly keepBlobs?: boolean;
  /** Nothing goes but items, and links, of streams in this namespace: no blobs, no Images. */
  readonly namespace?: string;
  /** Whatever the other options say, nothing younger goes: it may be a push under way. Zero only where somebody asked for it. */
  readonly minAgeMs: number;
}

/** A push may take so long between its first blob and its tag. */
export const defaultMinAgeMs = 600_000;

/** What is younger stays. */
export function graceMs({ keepYoungerThanMs, minAgeMs }: PruneImagesPolicy): number {
  return Math.max(keepYoungerThanMs, minAgeMs);
}
