import type { NamePattern } from '../retention/policy.ts';

/** What `winnow node-gc` may remove from a node. Times in milliseconds. */
export interface NodeGcPolicy {
  /**
   * `superseded`: containers that have ended and of which the pod has a newer attempt, as the kubelet does it. `ended`: all that have ended
   * and belong to a pod. `none`: no container.
   */
  readonly containers: 'superseded' | 'ended' | 'none';
  /** `superseded`: sandboxes that are not ready and of which the pod has a newer one. `not-ready`: all that are not ready. */
  readonly sandboxes: 'superseded' | 'not-ready' | 'none';
  /** A sandbox is left alone for so long. */
  readonly sandboxMinAgeMs: number;
  readonly images: ImagePolicy | undefined;
}

/** Which images may go, of those that nothing on the node uses. */
export interface ImagePolicy {
  /** Pulled at least so long ago: a pod may be about to be made from it. */
  readonly minPullAgeMs: number;
  /** Not used for so long, as far as is remembered. */
  readonly minUnusedAgeMs?: number;
  /** Built at least so long ago (`until=72h` of `docker image prune`): the image's own date, whenever it was pulled. */
  readonly minBuildAgeMs?: number;
  /** So many of the latest pulled of each repository stay. */
  readonly keepPerRepository?: number;
  /** Names that stay: whole references, without a digest. */
  readonly keep: readonly NamePattern[];
  /** If any is given: only images with such a name go. */
  readonly only: readonly NamePattern[];
  /** If any is given: only images with these labels go, all of them. */
  readonly labels: readonly LabelFilter[];
}

/** `opschain=true`; a label that must be there, with that value if one is given. `absent`: that must not. */
export interface LabelFilter {
  readonly key: string;
  readonly value?: string;
  readonly absent: boolean;
}
