import type { ResourceKind } from '../evidence/resource.ts';
import { formatDuration } from '../util/pure/duration.ts';
import type { HardPrunePolicy } from './hard-prune.ts';
import type { Reason, ReasonCode } from './reason.ts';

/** Something that only lies about on a registry's storage. */
export interface Leftover {
  readonly kind: ResourceKind;
  /** When the newest part of it was written, UTC milliseconds; `undefined` where nothing tells. */
  readonly newestAtMs: number | undefined;
  /** Of a link: whether something that stays asks for what it should lead to. */
  readonly isAskedFor: boolean;
}

/** Rules on what lies about, each kind by its own age: what is younger may be in the making. */
export function leftoverFate(policy: HardPrunePolicy, nowMs: number): (leftover: Leftover) => Reason {
  return ({ kind, newestAtMs, isAskedFor }) => {
    const code = codes[kind] ?? 'not-named';
    if (isAskedFor) return { code: 'referenced', because: 'something that stays asks for what it should lead to' };
    if (newestAtMs === undefined) return { code: 'age-unknown', because: 'nothing tells when it was written' };
    const ageMs = nowMs - newestAtMs;
    const leastMs = kind === 'upload' ? policy.uploadAgeMs : policy.leftoverAgeMs;
    const words = `nothing about it was written for ${formatDuration(Math.max(0, ageMs))}`;
    return leastMs > 0 && ageMs < leastMs
      ? { code: 'keep-younger-than', because: `${words}, less than ${formatDuration(leastMs)}` }
      : { code, because: words };
  };
}

const codes: Partial<Record<ResourceKind, ReasonCode>> = {
  upload: 'stale-upload',
  'temporary-file': 'stale-temporary',
  'layer-link': 'dangling-link',
  'tag-history-link': 'dangling-link',
  repository: 'empty-repository',
};
