/** What there is in an OpenShift image API, and what of it would go: the parts of `oc adm prune images`' summary. */
export interface ImageCounts {
  readonly streams: { readonly found: number; readonly updated: number };
  /** Items of the tags' histories. */
  readonly streamItems: { readonly found: number; readonly removed: number };
  /** Tags that lose their last item, and so vanish. */
  readonly streamTags: { readonly found: number; readonly removed: number };
  readonly layerLinks: { readonly removed: number };
  readonly manifestLinks: { readonly removed: number };
  readonly blobs: { readonly removed: number };
  readonly images: { readonly found: number; readonly removed: number };
}
