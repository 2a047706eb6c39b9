import type { ReasonCode } from '../policy/reason.ts';

/** What there is in an OpenShift image API, and what of it would go: the parts of `oc adm prune images`' summary. */
export interface ImageCounts {
  readonly streams: { readonly found: number; readonly updated: number };
  /** Items of the tags' histories. */
  readonly streamItems: { readonly found: number; readonly removed: number };
  /** Tags that lose their last item, and so vanish. */
  readonly streamTags: { readonly found: number; readonly removed: number };
  readonly layerLinks: { readonly removed: number };
  readonly manifestLinks: { readonly removed: number };
  /** `unknownSize`: of how many of those to be removed nothing tells the size; they count as zero bytes. */
  readonly blobs: { readonly removed: number; readonly unknownSize: number };
  /** `unknownSize`: how many of those found could not be measured against a limit. */
  readonly images: {
    readonly found: number;
    readonly removed: number;
    readonly unknownSize: number;
    readonly keptByReason: Readonly<Partial<Record<ReasonCode, number>>>;
  };
}
