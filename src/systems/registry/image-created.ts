import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';

/** Image configs with long histories reach some hundred KiB. */
export const MAX_CONFIG_BYTES = 4 << 20;

/** The image config that a manifest has; artifacts have others. */
export function imageConfigOf(manifest: Manifest): Descriptor | undefined {
  const config = manifest.references.find(({ as }) => as === 'config')?.to;
  const isImage = config?.mediaType === mediaTypes.ociConfig || config?.mediaType === mediaTypes.dockerConfig;
  return isImage ? config : undefined;
}

/** What indexes and artifacts may say of themselves. */
export function createdInAnnotations(manifest: Manifest): number | undefined {
  return timeIn(manifest.annotations?.['org.opencontainers.image.created'] ?? '');
}

/** When each manifest of a repository was made; that of an index is the newest of its children's. */
export interface CreatedTimes {
  note(digest: Digest, createdAtMs: number | undefined): void;
  noteChildren(index: Digest, children: readonly Digest[]): void;
  of(digest: Digest): number | undefined;
}

export function createCreatedTimes(): CreatedTimes {
  const times = new Map<Digest, number>();
  const childrenOf = new Map<Digest, readonly Digest[]>();
  const newest = new Map<Digest, number | undefined>();

  function of(digest: Digest): number | undefined {
    const children = childrenOf.get(digest);
    if (children === undefined) return times.get(digest);
    if (newest.has(digest)) return newest.get(digest);
    newest.set(digest, undefined);
    const all = [times.get(digest), ...children.map(of)].filter((one) => one !== undefined);
    const latest = all.length === 0 ? undefined : Math.max(...all);
    newest.set(digest, latest);
    return latest;
  }

  return {
    note: (digest, createdAtMs) => {
      if (createdAtMs !== undefined) times.set(digest, createdAtMs);
    },
    noteChildren: (index, children) => childrenOf.set(index, children),
    of,
  };
}

/** UTC milliseconds; undefined for what is no date. */
export function timeIn(text: string): number | undefined {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
