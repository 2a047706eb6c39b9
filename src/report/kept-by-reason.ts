import { type ReasonCode, reasons } from '../policy/reason.ts';

/** How many were kept for one reason. */
export interface KeptCount {
  readonly reason: ReasonCode;
  readonly meaning: string;
  readonly count: number;
}

/** The reasons for keeping, the most frequent first; those that kept nothing are left out. */
export function keptCounts(keptByReason: Readonly<Partial<Record<ReasonCode, number>>>): readonly KeptCount[] {
  return (Object.entries(keptByReason) as [ReasonCode, number][])
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ reason, meaning: reasons[reason].meaning, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
