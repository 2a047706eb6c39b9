import type { History, RunRecord, RunState } from '../../../systems/history/contract.ts';
import type { HttpParts } from '../parts.ts';

/** How the service stands, in a few numbers. */
export interface Summary {
  readonly version: string;
  readonly replica: string;
  readonly leads: boolean;
  readonly troubles: readonly string[];
  readonly runsByState: Awaited<ReturnType<History['countRuns']>>;
  readonly waiting: readonly RunRecord[];
  readonly registries: number;
  readonly bytes: number;
  readonly reclaimableBytes: number;
  readonly nextDueAtMs?: number;
}

export async function summaryOf({ history, standing }: Pick<HttpParts, 'history' | 'standing'>): Promise<Summary> {
  const { version, replica, leads, troubles, schedules } = await standing();
  const inventories = await history.inventories();
  const due = schedules.flatMap(({ nextDueAtMs }) => nextDueAtMs ?? []);
  return {
    ...{ version, replica, leads, troubles },
    runsByState: await history.countRuns(),
    waiting: await history.runs({ states: ['waiting' satisfies RunState], limit: 50 }),
    registries: inventories.length,
    bytes: inventories.reduce((sum, { bytes }) => sum + bytes, 0),
    reclaimableBytes: inventories.reduce((sum, { reclaimableBytes }) => sum + reclaimableBytes, 0),
    ...(due.length > 0 && { nextDueAtMs: Math.min(...due) }),
  };
}
