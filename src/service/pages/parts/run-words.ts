import { counted } from '../../../report/words.ts';
import type { RunRecord } from '../../../systems/history/contract.ts';
import { shortBytes } from './amount.tsx';

const triggers: Readonly<Record<RunRecord['trigger'], string>> = {
  schedule: 'by its schedule',
  'catch-up': 'caught up: it was due while nobody could do it',
  person: 'by a person',
  undo: 'to bring back what another run removed',
};

/** Why a run began, and who asked for it. */
export function triggerWords({ trigger, by }: Pick<RunRecord, 'trigger' | 'by'>): string {
  return by === undefined ? triggers[trigger] : `${triggers[trigger]}: ${by}`;
}

/** What a run comes to, in a few words: what it plans, did, or is at. */
export function runSummary({
  state,
  trigger,
  why,
  counts = {},
  plannedBytes,
  freedBytes,
  progress,
}: RunRecord): string {
  if ((state === 'planning' || state === 'applying') && progress !== undefined)
    return `${progress.title}: ${progress.words}`;
  if (trigger === 'undo') return why?.[0] ?? '';
  const { planned, removed, skipped = 0, failed = 0 } = counts;
  if (removed !== undefined && removed + skipped + failed > 0) {
    const freed = freedBytes === undefined ? [] : [`${shortBytes(freedBytes)} freed`];
    const left = [...(skipped > 0 ? [`${skipped} skipped`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
    return [`${removed} removed`, ...freed, ...left].join(', ');
  }
  if (planned === undefined || state === 'failed') return why?.[0] ?? '';
  return plannedBytes === undefined
    ? counted(planned, 'action')
    : `${counted(planned, 'action')}, ${shortBytes(plannedBytes)}`;
}

/** A limit, a schedule or a flow for eyes that read quickly: `prune images`. */
export function flowWords(flow: string): string {
  return flow === 'prune-images' ? 'prune images' : flow === 'node-fleet' ? 'node-gc, all nodes' : flow;
}
