import type { ScheduledFlow } from '../config/serve-settings.ts';

/** Limits whose flags take a share, a number that may not be passed, or one that must remain. */
const flags: Readonly<Record<string, { readonly flag: string; readonly as: 'share' | 'most' | 'least' | 'all' }>> = {
  maxDeletions: { flag: '--max-deletions', as: 'most' },
  maxShare: { flag: '--max-share', as: 'share' },
  maxShareOfRepository: { flag: '--max-share-of-repository', as: 'share' },
  minRemaining: { flag: '--min-remaining', as: 'least' },
  maxDeleteRatio: { flag: '--max-delete-ratio', as: 'all' },
  maxDropShare: { flag: '--max-drop-share', as: 'all' },
};

const ofTags = ['maxDeletions', 'maxShare', 'maxShareOfRepository', 'minRemaining', 'maxDropShare'];
const knownBy: Readonly<Record<ScheduledFlow, readonly string[]>> = {
  reconcile: ofTags,
  prune: ofTags,
  'prune-images': ofTags,
  'hard-prune': ['maxDeleteRatio', 'maxDropShare'],
  'node-gc': [],
  'node-fleet': [],
};

/**
 * Arguments with which a plan like this one would break no limit, and no more than that.
 *
 * @param broken - sentences that begin with the limit's name: `maxShare: 45 of 50 tags would go, more than 80 %`
 * @returns none where a limit has no flag of this flow, or there is none that is broken
 */
export function raisedLimits(flow: ScheduledFlow, broken: readonly string[]): readonly string[] {
  const values = new Map<string, number>();
  for (const sentence of broken) {
    const name = /^(\w+): /.exec(sentence)?.[1] ?? '';
    const known = knownBy[flow].includes(name) ? flags[name] : undefined;
    const value = known === undefined ? undefined : valueFor(known.as, sentence);
    if (known === undefined || value === undefined) return [];
    const before = values.get(known.flag);
    const wider = known.as === 'least' ? Math.min : Math.max;
    values.set(known.flag, before === undefined ? value : wider(before, value));
  }
  return [...values].map(([flag, value]) => `${flag}=${value}`);
}

function valueFor(as: 'share' | 'most' | 'least' | 'all', sentence: string): number | undefined {
  if (as === 'all') return 1;
  const [, first, of] = /^\w+: (\d+)(?: of (\d+))? /.exec(sentence) ?? [];
  if (first === undefined) return undefined;
  if (as !== 'share') return Number(first);
  if (of === undefined || Number(of) === 0) return undefined;
  return Math.min(1, Math.ceil((Number(first) / Number(of)) * 10_000) / 10_000);
}
