import { formatDuration } from '../util/pure/duration.ts';
import type { BlobLook } from './blob-table.ts';
import type { HardPrunePolicy } from './hard-prune.ts';
import type { Pending } from './pending-table.ts';
import type { Reason } from './reason.ts';

/** What is known of a blob that nothing marked. */
export interface UnmarkedBlob {
  /** What a closer look told; `undefined`: its data is not in its place. */
  readonly look: BlobLook | undefined;
  /** Where it stands on its way out; `undefined`: nothing was done to it yet. */
  readonly pending: Pending | undefined;
  /** A repository has a link to it although its data is hidden. */
  readonly isLinkedAgain: boolean;
  /** Its data is a manifest that the registry's cache may still take for there. */
  readonly isCachedManifest: boolean;
}

/**
 * Rules on a blob that no manifest needs: which step on its way out is due, or why it has to wait.
 *
 * `no-manifest`: its links go. `grace-over`: its data is hidden. `hold-over`: it goes for good. `in-use-again`: all is taken back.
 */
export function blobFate(policy: HardPrunePolicy, nowMs: number): (blob: UnmarkedBlob) => Reason {
  const fixed = sameReasons(policy);
  return ({ look, pending, isLinkedAgain, isCachedManifest }) => {
    if (look === undefined) {
      if (pending?.state !== 'hidden') return fixed.vanished;
      if (isLinkedAgain) return fixed.linkedAgain;
      return hiddenFate(policy, nowMs - pending.sinceMs);
    }
    if (isCachedManifest) return fixed.cachedManifest;
    if (pending?.state === 'unlinked') {
      if (look.linkedBy.length > 0 || look.newestAtMs > pending.sinceMs) return fixed.linkedAgain;
      return unlinkedFate(policy, nowMs - pending.sinceMs);
    }
    const ageMs = nowMs - look.newestAtMs;
    return policy.minBlobAgeMs > 0 && ageMs < policy.minBlobAgeMs ? fixed.young : fixed.unneeded(ageMs);
  };
}

/** Reasons that very many blobs share are one object each. */
function sameReasons({ minBlobAgeMs }: HardPrunePolicy) {
  const byAge = new Map<string, Reason>();
  return {
    vanished: { code: 'age-unknown', because: 'its data was gone when it was to be looked at' },
    linkedAgain: { code: 'in-use-again', because: 'somebody has pushed or mounted it since' },
    cachedManifest: {
      code: 'cached-manifest',
      because: 'a cache of the registry may still know this manifest, and would make a later push of it unreadable',
    },
    young: {
      code: 'keep-younger-than',
      because: `no manifest names it, and it or a link to it is younger than ${formatDuration(minBlobAgeMs)}`,
    },
    unneeded: (ageMs: number) => {
      const age = formatDuration(Math.max(0, ageMs));
      const known = byAge.get(age);
      if (known !== undefined) return known;
      const reason: Reason = { code: 'no-manifest', because: `no manifest that stays names it, and it is ${age} old` };
      byAge.set(age, reason);
      return reason;
    },
  } satisfies Record<string, Reason | ((ageMs: number) => Reason)>;
}

function unlinkedFate({ graceMs }: HardPrunePolicy, sinceMs: number): Reason {
  const words = `its links went ${formatDuration(Math.max(0, sinceMs))} ago`;
  return sinceMs >= graceMs
    ? { code: 'grace-over', because: `${words}, and nothing asked for it since` }
    : { code: 'grace', because: `${words}, less than ${formatDuration(graceMs)}` };
}

function hiddenFate({ holdMs }: HardPrunePolicy, sinceMs: number): Reason {
  const words = `it was hidden ${formatDuration(Math.max(0, sinceMs))} ago`;
  return sinceMs >= holdMs
    ? { code: 'hold-over', because: `${words}, and nothing asked for it since` }
    : { code: 'hold', because: `${words}, less than ${formatDuration(holdMs)}` };
}
