import type { Ruleset } from './decide.ts';
import { storedManifest } from './rules/stored-manifest.ts';
import { tagsStay } from './rules/tags-stay.ts';
import { untaggedManifest } from './rules/untagged-manifest.ts';

/** What `hard-prune` may remove from a registry's storage. Lengths of time are milliseconds. */
export interface HardPrunePolicy {
  /** Manifests that no tag leads to go as well. */
  readonly deleteUntagged: boolean;
  /** What is younger stays: a push that needs it may be under way. Zero: age does not matter. */
  readonly minBlobAgeMs: number;
  /** From the removal of a blob's links to the hiding of its data. */
  readonly graceMs: number;
  /** From the hiding of a blob's data to its end. */
  readonly holdMs: number;
  /** Uploads that were not continued for so long go. */
  readonly uploadAgeMs: number;
  /** Temporary files, links that lead nowhere and empty repositories that are older go. */
  readonly leftoverAgeMs: number;
}

/**
 * The policy of `hard-prune` on tags and manifests: the roots that keep blobs. What becomes of blobs and of what lies about is ruled
 * later, by {@link blobFates} and {@link leftoverFate}, when it is known which are worth a closer look.
 */
export function hardPruneRuleset(policy: Pick<HardPrunePolicy, 'deleteUntagged' | 'minBlobAgeMs'>): Ruleset {
  return {
    deletable: new Set([
      ...(policy.deleteUntagged ? (['manifest'] as const) : []),
      ...(['blob', 'upload', 'temporary-file', 'layer-link', 'tag-history-link', 'repository'] as const),
    ]),
    ruled: new Set(['tag', 'manifest']),
    rules: [tagsStay(), policy.deleteUntagged ? untaggedManifest(policy.minBlobAgeMs) : storedManifest()],
  };
}
