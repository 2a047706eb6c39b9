/** A product that alone knows what on its storage is in use: whoever takes something from outside breaks it. */
export interface StorageOwner {
  /** As its users call it. */
  readonly product: string;
  /** Follows the product's name: `which keeps …`. */
  readonly because: string;
  /** What to use instead of a collector from outside. */
  readonly advice: string;
}

/**
 * Told by what lies on a storage (src/systems/store/recognise.ts) and by what a server answers (src/systems/registry), which know nothing
 * of each other.
 */
export const storageOwners = {
  trow: {
    product: 'Trow 0.7 or newer',
    because: 'which keeps its manifests in trow.db and collects blobs itself, every ten minutes',
    advice: 'Remove tags with winnow reconcile or winnow tag rm; Trow gives the space back.',
  },
  zot: {
    product: 'zot',
    because: 'which shares blobs between repositories by links and keeps account of them in a database',
    advice: 'Switch on zot’s own collection ("gc": true), and remove tags with winnow reconcile or winnow tag rm.',
  },
  quay: {
    product: 'Quay',
    because: 'whose manifests and tags are in its database alone',
    advice: 'Remove tags through Quay; its own collection gives the space back.',
  },
  gitlab: {
    product: 'GitLab with the metadata database',
    because: 'whose manifests and tags are in its database alone',
    advice: 'Set a cleanup policy in GitLab: its registry gives the space back.',
  },
  harbor: {
    product: 'Harbor',
    because: 'which keeps account of every blob in its own database',
    advice: 'Remove tags with winnow reconcile or winnow tag rm, and run Harbor’s own garbage collection.',
  },
} as const satisfies Readonly<Record<string, StorageOwner>>;
