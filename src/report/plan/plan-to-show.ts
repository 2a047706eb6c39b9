import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { keptCounts } from '../kept-by-reason.ts';
import { counted } from '../words.ts';

/** A plan as it is shown. `actions` and `kept` are read once, and only as far as the format shows them. */
export interface PlanToShow {
  readonly header: PlanHeader;
  readonly actions: Iterable<Action>;
  /** With `--show-kept`: every tag that stays. */
  readonly kept?: Iterable<KeptTag>;
  /** The command that does what the plan says, as it can be typed. Default: words on how to come by it. */
  readonly next?: string;
}

/** Tags of all repositories. */
export interface PlanTotals {
  readonly found: number;
  readonly live: number;
  readonly removed: number;
  readonly kept: number;
}

export function planTotals({ repositories }: Pick<PlanHeader, 'repositories'>): PlanTotals {
  const sum = (of: 'found' | 'live' | 'removed') => repositories.reduce((total, one) => total + one[of], 0);
  const found = sum('found');
  const removed = sum('removed');
  return { found, live: sum('live'), removed, kept: found - removed };
}

/** What the plan comes to, in one or two sentences: honest about bytes, and about why nothing goes. */
export function planSummary(header: PlanHeader): readonly string[] {
  const { found, removed } = planTotals(header);
  if (header.actionCount === 0) return [nothingToDo(header, found)];
  const targets =
    header.repositories.length === 0
      ? counted(header.actionCount, 'thing')
      : `${counted(removed, 'tag')} and ${counted(header.actionCount - removed, 'manifest')}`;
  return [`Would remove ${targets}.`, blobsAreLeft(header.freesBytes, 'is then')];
}

/** Deleting tags and manifests frees no disk by itself: who does not know waits for it in vain. */
export function blobsAreLeft(freesBytes: number, when: 'is then' | 'is now'): string {
  const amount = `About ${formatBytes(freesBytes)} in blobs`;
  return `${amount} ${when} needed by nothing: it is reclaimed when the registry's blobs are collected, not at once.`;
}

function nothingToDo(header: PlanHeader, found: number): string {
  if (found === 0) return 'Nothing to do: no tags were found.';
  const why = keptCounts(header.keptByReason).map(({ reason, count }) => `${reason} (${count})`);
  return `Nothing to do: 0 of ${counted(found, 'tag')} go: kept by ${why.join(', ')}.`;
}

/** The last line of a shown plan. */
export function nextCommand({ header, next }: Pick<PlanToShow, 'header' | 'next'>): string {
  if (header.broken.length > 0)
    return `winnow ${commandOf(header)} … -o wide shows every action; raise the limit only if they are all right`;
  if (header.actionCount === 0 && (header.scope.node ?? header.scope.fleet) !== undefined)
    return 'the same command with --show-kept tells what keeps each container and image';
  if (header.actionCount === 0) return 'winnow explain REF tells what keeps a tag';
  return next ?? 'the same command with --confirm, or with --plan-out FILE and then: winnow apply FILE --confirm';
}

const commandOf = ({ flow }: PlanHeader) => (flow === 'node-fleet' ? 'node-gc --all-nodes' : flow);
