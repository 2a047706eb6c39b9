/** A name of an image that somebody uses, and that can't be read as one. */
export interface BadReference {
  /** As it was written. */
  readonly reference: string;
  /** Who wrote it: `Pod shop/web-1 (container app)`. */
  readonly by: readonly string[];
  readonly why: string;
  /** What it might mean and so keeps: repositories; empty where it can mean nothing that there is. */
  readonly keeps: readonly string[];
}
