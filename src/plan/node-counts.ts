/** What there is on a node, and what of it would go. */
export interface NodeCounts {
  readonly product: string;
  readonly version: string;
  /** Whether bytes are known exactly; else they are what the runtime says of each image, shared layers counted for each. */
  readonly exactBytes: boolean;
  readonly containers: FoundAndRemoved;
  readonly sandboxes: FoundAndRemoved;
  readonly images: FoundAndRemoved;
  /** Packed and unpacked files, all of them. */
  readonly bytes: number;
  /** Of these, what nothing refers to: the runtime's own collector takes them when it is made to. */
  readonly unreferencedBytes: number;
  /** The file systems on which images lie, before the run. */
  readonly disks: readonly DiskCounts[];
  /** Bytes that have to go for the low watermark; absent: no watermark is set. */
  readonly wantedBytes?: number;
  readonly orphans: readonly Orphan[];
  /** Why the packed layers of what stays are not let go of, though that was asked for. */
  readonly contentStays?: string;
}

export interface FoundAndRemoved {
  readonly found: number;
  readonly removed: number;
}

export interface DiskCounts {
  readonly path: string;
  readonly capacityBytes: number;
  readonly availableBytes: number;
  /** `100 - available * 100 / capacity`, as the kubelet counts: reserved blocks count as used. */
  readonly usedPercent: number;
}

/** Something that takes space and that no pod accounts for. It is reported, never removed. */
export interface Orphan {
  readonly what: 'lease' | 'namespace' | 'content';
  readonly name: string;
  readonly bytes: number;
  readonly because: string;
}
